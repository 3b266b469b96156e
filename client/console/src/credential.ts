// What a write must say beside the session's cookie, which no script can read. It lies in memory, and
// nowhere else.
import { ref } from 'vue'

export const credential = ref('')

/** forget lets go of it; with one given only if it is still that one. */
export function forget(which = credential.value) {
  if (which === credential.value) credential.value = ''
}
