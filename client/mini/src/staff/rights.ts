// What somebody's roles let them do, and at which places.
import { ref, shallowRef } from 'vue'
import { api, Problem, whoAmI, type Me } from '../api'
import { usePaged } from '../load'

export type Action = Me['roles'][number]['may'][number]

interface Holder { readonly roles: readonly { readonly may: readonly Action[], readonly node_id: string }[] }

export const may = (me: Holder, action: Action) => me.roles.some((r) => r.may.includes(action))

/** placesOf gives the places at which somebody may do something, each once. */
export const placesOf = (me: Holder, action: Action) => [...new Set(me.roles.filter((r) => r.may.includes(action)).map((r) => r.node_id))]

export interface Place { id: string, kind: string, name: string }

/** readPlace gives a place with the name that people know it by: 第一网格3栋1单元. */
export async function readPlace(id: string): Promise<Place> {
  const { node, place } = await api.get('/v1/nodes/{id}', { path: { id } })
  const within = place.filter((n) => n.kind === 'grid' || n.kind === 'building').map((n) => n.name)
  return { id, kind: node.kind, name: [...within, node.name].join('') }
}

/** readPlaces gives the places of one's own at which one may do something. Nobody without one comes any further. */
export async function readPlaces(action: Action): Promise<Place[]> {
  const ids = placesOf(await whoAmI(), action)
  if (!ids.length) throw new Problem(403, 'role.not_allowed', '这一页要有相应职务的同志才能用。职务有变动的，请联系社区。')
  return Promise.all(ids.map(readPlace))
}

/** usePlaced holds the list of one of one's places at a time. */
export function usePlaced<D extends { items: unknown[], next?: string }>(action: Action, read: (place: string, cursor?: string) => Promise<D>) {
  const places = shallowRef<Place[]>([])
  const at = ref('')
  const paged = usePaged<D>(async (cursor) => {
    if (!places.value.length) {
      places.value = await readPlaces(action)
      at.value = places.value[0].id
    }
    return read(at.value, cursor)
  })

  function turnTo(place: string) {
    at.value = place
    paged.list.value = null
    paged.load()
  }

  return { ...paged, places, at, turnTo }
}
