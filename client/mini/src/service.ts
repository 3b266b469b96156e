// A service as somebody writes it down: what they did, where, when and for how long.
import { beijing } from './say'

export interface Service {
  kind: string
  content: string
  place: string
  date: string // 2026-11-27
  time: string // 08:30, when it began
  minutes: number
}

/** justNow is a service of an hour that has ended lately: most are written down right after. */
export function justNow(): Service {
  const began = beijing(Math.floor(Date.now() / 1_800_000) * 1_800_000 - 5_400_000)
  return { kind: '', content: '', place: '', date: began.slice(0, 10), time: began.slice(11, 16), minutes: 60 }
}

/** serviceOf reads a service from hours that there are. */
export function serviceOf(h: { kind: string, content: string, place: string, starts_at: string, minutes: number }): Service {
  return { kind: h.kind, content: h.content, place: h.place, date: h.starts_at.slice(0, 10), time: h.starts_at.slice(11, 16), minutes: h.minutes }
}

/** claim is the same in the words of the API. */
export function claim(s: Service) {
  const starts = `${s.date}T${s.time}:00+08:00`
  return { kind: s.kind, content: s.content.trim(), place: s.place.trim(), starts_at: starts, ends_at: beijing(Date.parse(starts) + s.minutes * 60_000) }
}

/** lacking says what is still to be filled in, and nothing when all of it is there. */
export function lacking(s: Service): string {
  return !s.kind ? '请先选做的是哪一类服务' : !s.content.trim() ? '请写一写做了什么' : !s.place.trim() ? '请写在哪里做的' : ''
}
