// What a report is made of while it is being written.

export interface Draft {
  category: string
  words: string
  place: string
  urgent: boolean
  anonymity: 'named' | 'neighbours' | 'chief'
  answers: Record<number, string>
  photos: string[] // ids of what the server has
}

export const blank = (): Draft => ({ category: '', words: '', place: '', urgent: false, anonymity: 'named', answers: {}, photos: [] })
