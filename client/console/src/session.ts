// Who works here, and in which of their roles. A page asks place() where it is and may() what it may offer;
// what is really allowed the server decides at each call.
import { computed, reactive, readonly } from 'vue'
import { api, type Answer } from './api'
import { credential, forget } from './credential'

export type Me = Answer<'get', '/v1/me'>
export type Card = Answer<'get', '/v1/nodes/{id}'>
export type Action = Me['roles'][number]['may'][number]

/** A role that somebody holds, at the place where they hold it. */
export interface Place { key: string, role: string, title: string, node: string, name: string, kind: Card['node']['kind'], may: Action[] }

const state = reactive({ name: '', places: [] as Place[], at: sessionStorage.getItem('place') ?? '' })

export const session = readonly(state)
export const signedIn = computed(() => credential.value !== '' && state.places.length > 0)

const here = computed(() => state.places.find((p) => p.key === state.at) ?? state.places[0])

/** place gives the role and place that one works in now. Only pages that are shown may ask: somebody is signed in. */
export const place = () => here.value

/** may tells whether the role that one works in allows an action. */
export const may = (action: Action) => here.value?.may.includes(action) ?? false

export function workAt(key: string) {
  state.at = key
  sessionStorage.setItem('place', key)
}

/** resume goes on with the session that this browser has; it tells whether there is one. */
export async function resume(): Promise<boolean> {
  const { session: has } = await api.get('/v1/console-session')
  if (has) await enter(has.csrf_token)
  return !!has
}

/** enter asks who one is and where one works, in a session that has begun. */
export async function enter(csrf: string) {
  const me = await api.get('/v1/me')
  const cards = await Promise.all(me.roles.map((r) => api.get('/v1/nodes/{id}', { path: { id: r.node_id } })))
  state.name = me.name
  state.places = me.roles.map((r, i) => ({
    key: `${r.role}:${r.node_id}`, role: r.role, title: r.title, node: r.node_id,
    name: cards[i].node.name, kind: cards[i].node.kind, may: r.may,
  })).filter((p) => p.may.length > 0)
  credential.value = csrf
}

/** leave ends the session, here and at the server. What was on the screen goes with the page. */
export async function leave() {
  await api.post('/v1/logout')
  sessionStorage.clear()
  forget()
  location.replace('#/')
  location.reload()
}
