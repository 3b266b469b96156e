// A question of a category as the form holds it, and as it is read and sent.
import type { api, Answer } from '../api'

type Read = Answer<'get', '/v1/matter-categories/all'>['categories'][number]['questions'][number]
type Sent = NonNullable<Parameters<typeof api.post<'/v1/matter-categories'>>[1]['body']['questions']>[number]

/** Question has its choices as people write them, one on each line. */
export interface Question { place: number, words: string, kind: Read['kind'], choices: string, required: boolean, stops_at: string, stop_phone: string, stop_words: string }

export const mostQuestions = 20

export const blank = (place: number): Question => ({ place, words: '', kind: 'yes_no', choices: '', required: false, stops_at: '', stop_phone: '', stop_words: '' })

export const asked = (q: Read): Question => ({
  place: q.place, words: q.words, kind: q.kind, choices: q.kind === 'choice' ? q.options.join('\n') : '', required: q.required,
  stops_at: q.stops_at ?? '', stop_phone: q.stop_phone ?? '', stop_words: q.stop_words ?? '',
})

export const choicesOf = (q: Question) => q.choices.split('\n').map((c) => c.trim()).filter(Boolean)

/** written leaves out what does not belong to the kind of question: it may stand there from before. */
export const written = (q: Question): Sent => ({
  place: q.place, words: q.words.trim(), kind: q.kind, required: q.required, choices: q.kind === 'choice' ? choicesOf(q) : undefined,
  ...(q.kind !== 'text' && q.stops_at ? { stops_at: q.stops_at, stop_phone: q.stop_phone.trim(), stop_words: q.stop_words.trim() } : {}),
})
