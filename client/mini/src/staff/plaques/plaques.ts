// Plaques as those see them who decide about them, put them up and take them off.
import { readAll } from '../../../../shared/load'
import { api, type Answer } from '../../api'

export type Plaque = Answer<'get', '/v1/nodes/{id}/plaques'>['items'][number]

export const readPlaques = (id: string, state: Plaque['state'], query: { cursor?: string, limit?: number } = {}) =>
  api.get('/v1/nodes/{id}/plaques', { path: { id }, query: { state, ...query } })

/** readOnDoors reads all that hang on doors, what is to be taken off first: no list of the server's has those alone. */
export async function readOnDoors(id: string): Promise<{ items: Plaque[] }> {
  const all = await readAll((part) => readPlaques(id, 'installed', part))
  return { items: [...all.filter((p) => p.pending_removal), ...all.filter((p) => !p.pending_removal)] }
}
