// Who is logged in here. The token lies in memory and in the app's own storage, and nowhere else.
import { reactive, readonly } from 'vue'
import type { Answer } from '../../shared/client'

type Me = Answer<'get', '/v1/me'>

const state = reactive({ token: String(uni.getStorageSync('token') || ''), me: null as Me | null })

export const session = readonly(state)

export function signIn(token: string) {
  state.token = token
  state.me = null
  uni.setStorageSync('token', token)
}

/** signOut forgets the token, and what was being written; with a token given only if it is still that one. */
export function signOut(token = state.token) {
  if (token !== state.token) return
  state.token = ''
  state.me = null
  uni.removeStorageSync('token')
}

export function know(me: Me) {
  state.me = me
}
