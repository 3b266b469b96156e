// How much time is left, as people say it.
import { long } from '../say'

/** due says how long until a time limit, or how long it has passed. Days are counted where hours say nothing. */
export function due(seconds: number): string {
  const size = Math.abs(seconds)
  const text = size >= 2 * 86_400 ? Math.floor(size / 86_400) + '天' : size >= 3600 ? Math.floor(size / 3600) + '小时' : long(Math.floor(size / 60))
  return seconds < 0 ? '已超时' + text : '还剩' + text
}

export const secondsTo = (time: string) => (Date.parse(time) - Date.now()) / 1000
