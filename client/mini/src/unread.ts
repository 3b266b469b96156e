// How many notices wait to be read, as the tabs show it.
import { ref } from 'vue'
import { api } from './api'
import { session } from './session'

export const unread = ref(0)

/** countUnread asks the server. The number is an extra: a page is as good without it. */
export async function countUnread() {
  unread.value = session.me?.bound ? await api.get('/v1/notices/unread-count').then((r) => r.unread, () => 0) : 0
}
