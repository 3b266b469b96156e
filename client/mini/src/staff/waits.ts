// What waits at one of one's places for a yes or a no, with the reason that is being written. Its pages are a
// Waiting around their cards.
import { onPullDownRefresh, onReachBottom, onShow } from '@dcloudio/uni-app'
import { computed, reactive } from 'vue'
import type { Problem } from '../api'
import { useRefusal } from './refusal'
import { usePlaced, type Action, type Place } from './rights'

/** Waits is what the frame of such a page shows. */
export interface Waits {
  places: Place[]
  at: string
  list: { items: unknown[], next?: string } | null
  problem: Problem | null
  busy: boolean
  refused: Problem | null
  acting: boolean
  load(): void
  more(): void
  turnTo(place: string): void
}

export function useWaiting<D extends { items: unknown[], next?: string }>(action: Action, name: string, read: (place: string, cursor?: string) => Promise<D>) {
  const { refusal, known, refuse, decide } = useRefusal(name)
  const placed = usePlaced(action, (place, cursor) => {
    known()
    return read(place, cursor)
  })
  const { list, places, at, turnTo, problem, busy, load, more, refused, acting } = placed

  onShow(load)
  onPullDownRefresh(load)
  onReachBottom(more)

  return {
    ...placed,
    waits: reactive({ list, places, at, turnTo, problem, busy, load, more, refused, acting }) as Waits,
    items: computed<D['items']>(() => list.value?.items ?? []),
    refusal,
    refuse,
    act: decide(placed),
  }
}
