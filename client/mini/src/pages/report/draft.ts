// What is being reported, kept on the phone until the server has it.

export interface Draft {
  category: string
  words: string
  place: string
  urgent: boolean
  anonymity: 'named' | 'neighbours' | 'chief'
  answers: Record<number, string>
  photos: string[] // ids of what the server has
}

const shelf = 'draft-report'

export const blank = (): Draft => ({ category: '', words: '', place: '', urgent: false, anonymity: 'named', answers: {}, photos: [] })

/** keep stores the draft of somebody; another person on the same phone does not get it. */
export function keep(by: string, draft: Draft) {
  uni.setStorageSync(shelf, JSON.stringify({ by, draft }))
}

export function kept(by: string): Draft | null {
  try {
    const all = JSON.parse(String(uni.getStorageSync(shelf) || 'null')) as { by: string, draft: Draft } | null
    return all && all.by === by ? { ...blank(), ...all.draft } : null
  } catch {
    return null
  }
}

export const throwAway = () => uni.removeStorageSync(shelf)
