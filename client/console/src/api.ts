// The one client of the console. The server is where the page came from, and knows who works here by a cookie.
import { createClient, Problem, type Answer } from '../../shared/client'
import { cookieSend } from '../../shared/fetch'
import { credential, forget } from './credential'

export const api = createClient({
  origin: '',
  send: cookieSend,
  token: () => credential.value,
  identify: (token): Record<string, string> => (token ? { 'X-CSRF-Token': token } : {}),
  signedOut: forget,
  // Keys of writes without an answer yet; they say nothing of what was written.
  shelf: { read: () => sessionStorage.getItem('keys') ?? '', write: (text) => sessionStorage.setItem('keys', text) },
})

/** missing is the problem of a form in which something is not filled in yet; it says what. */
export const missing = (text: string) => new Problem(422, 'client', text)

export { Problem, type Answer }
