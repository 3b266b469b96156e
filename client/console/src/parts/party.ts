// The kinds of Party organisation: what they are called, where they stand, and which roles found, rename and
// dissolve them.
import type { Answer } from '../api'
import type { Branch } from '../places'
import { may, place } from '../session'

export type PartyOrg = Answer<'get', '/v1/nodes/{id}/party-orgs'>['items'][number]
export type PartyKind = PartyOrg['kind']

export const partyKinds: Record<PartyKind, { title: string, at: Branch['kind'], by: string[] }> = {
  community_committee: { title: '社区党委', at: 'community', by: ['district_admin'] },
  general_branch: { title: '社区党总支', at: 'community', by: ['district_admin'] },
  grid_branch: { title: '网格党支部', at: 'grid', by: ['community_secretary', 'district_admin'] },
  unit_group: { title: '单元党小组', at: 'unit', by: ['branch_secretary', 'community_secretary', 'district_admin'] },
}

/** mayAdjust tells whether the role that one works in founds, renames and dissolves a kind; the server decides. */
export const mayAdjust = (kind: PartyKind) => may('manage_party_orgs') && partyKinds[kind].by.includes(place().role)

/** adjustable gives the kinds that one founds, renames and dissolves. */
export const adjustable = () => (Object.keys(partyKinds) as PartyKind[]).filter(mayAdjust)
