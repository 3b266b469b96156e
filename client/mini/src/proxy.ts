// Somebody without a phone for whom another person enters something. The name is in no address.
import { shallowRef } from 'vue'

interface Whom { id: string, name: string }

const chosen = shallowRef<Whom | null>(null)

/** enterFor is said before a page is opened that enters something for somebody. */
export function enterFor(whom: Whom) {
  chosen.value = whom
}

/** nameOf gives the name of who was chosen; after a restart it is not known any more. */
export const nameOf = (id: string) => (chosen.value?.id === id ? chosen.value.name : '这位居民')
