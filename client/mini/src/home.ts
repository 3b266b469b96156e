// The community in which somebody lives.
import { api, type Me } from './api'

/** communityOf gives the id of the community somebody lives in; nothing for who does not live here. */
export async function communityOf(me: Me): Promise<string | undefined> {
  if (!me.unit_id) return undefined
  const { place } = await api.get('/v1/nodes/{id}', { path: { id: me.unit_id } })
  return place.find((n) => n.kind === 'community')?.id
}
