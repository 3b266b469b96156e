// What of a matter can be redacted: what was said, where, what was answered.
import type { Matter } from './moves'

export interface Text {
  key: string
  title: string
  words: string
  at: { seq: number, part?: 'words' | 'place' | 'answer', question?: number }
}

export function textsOf(m: Matter): Text[] {
  const report: Text = { key: 'words', title: '上报的事', words: m.words, at: { seq: 1 } }
  const place: Text[] = m.place ? [{ key: 'place', title: '在哪里', words: m.place, at: { seq: 1, part: 'place' } }] : []
  const answers = m.answers.filter((a) => a.answer !== 'yes' && a.answer !== 'no')
    .map((a): Text => ({ key: 'answer-' + a.place, title: a.question, words: a.answer, at: { seq: 1, part: 'answer', question: a.place } }))
  const steps = m.events.filter((e) => e.words && e.seq > 1)
    .map((e): Text => ({ key: 'step-' + e.seq, title: [e.title, e.by].filter(Boolean).join('，'), words: e.words ?? '', at: { seq: e.seq } }))
  return [report, ...place, ...answers, ...steps]
}

export const photosOf = (m: Matter) => m.events.flatMap((e) => e.photos.map((p) => ({ ...p, title: e.title })))
