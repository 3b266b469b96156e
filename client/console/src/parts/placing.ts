// How places hang below each other, and what can be done with one.
import type { Branch } from '../places'

/** Made are the kinds that people make; what is above them comes from the file of divisions. */
export type Made = 'grid' | 'building' | 'unit'

/** isMade tells whether people make a place of a kind. */
export const isMade = (kind: Branch['kind']): kind is Made => kind === 'grid' || kind === 'building' || kind === 'unit'

/** below says what can be made below a place. */
export const below: Partial<Record<Branch['kind'], Made[]>> = { community: ['grid'], grid: ['building', 'unit'], building: ['unit'] }

/** goesTo says below what a place can be moved. */
export const goesTo: Partial<Record<Branch['kind'], Branch['kind'][]>> = { building: ['grid'], unit: ['building', 'grid'] }

export const placeChanges = { add: '新建下级', rename: '改名', move: '移动', close: '撤销' } as const

export type PlaceChange = keyof typeof placeChanges
