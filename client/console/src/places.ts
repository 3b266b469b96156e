// The places below the one where one works, read step by step.
import { api, type Answer } from './api'
import { place } from './session'

export type Node = Answer<'get', '/v1/nodes/{id}'>['node']

/** Branch is a place as trees show it. */
export interface Branch { id: string, label: string, kind: Node['kind'], leaf: boolean }

export const branch = (n: Pick<Node, 'id' | 'name' | 'kind'>): Branch => ({ id: n.id, label: n.name, kind: n.kind, leaf: n.kind === 'unit' })

/** top is where one works, as the root of a tree. */
export const top = (): Branch => branch({ id: place().node, name: place().name, kind: place().kind })

/** below gives all the children of a place; the server gives a hundred at a time. */
export async function below(id: string): Promise<Branch[]> {
  const all: Node[] = []
  let cursor: string | undefined
  do {
    const slice = await api.get('/v1/nodes/{id}/children', { path: { id }, query: { cursor, limit: 100 } })
    all.push(...slice.items)
    cursor = slice.next
  } while (cursor)
  return all.map(branch)
}
