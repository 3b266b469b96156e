// The places below the one where one works, read step by step.
import { readAll } from '../../shared/load'
import { api, type Answer } from './api'
import { place } from './session'

export type Node = Answer<'get', '/v1/nodes/{id}'>['node']

/** Branch is a place as trees show it. */
export interface Branch { id: string, label: string, kind: Node['kind'], leaf: boolean }

export const branch = (n: Pick<Node, 'id' | 'name' | 'kind'>): Branch => ({ id: n.id, label: n.name, kind: n.kind, leaf: n.kind === 'unit' })

/** top is where one works, as the root of a tree. */
export const top = (): Branch => branch({ id: place().node, name: place().name, kind: place().kind })

/** below gives all the children of a place. */
export const below = async (id: string): Promise<Branch[]> => (await readAll((query) => api.get('/v1/nodes/{id}/children', { path: { id }, query }))).map(branch)
