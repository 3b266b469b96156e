// What a page needs from the server, and what it tries there.
import { computed, reactive, watch } from 'vue'
import { createLoading } from '../../shared/load'
import type { Problem } from './api'
import { place } from './session'

export const { useLoad, useTry } = createLoading('页面出了点问题，请刷新后再试一次。')

/** Slice is one page of a list, as the server gives it. */
export interface Slice<T> { items: T[], next?: string }

/** List is a list as a page shows it. */
export interface List<T> {
  readonly items: T[]
  readonly there: boolean // something was read
  readonly hasMore: boolean
  readonly problem: Problem | null // why it is not there
  readonly refused: Problem | null // why there is no more of it
  readonly busy: boolean
  readonly adding: boolean
  load(): Promise<void>
  more(): void
  put(same: (one: T) => boolean, now: T): void
}

/**
 * useList holds a list that comes slice by slice: load begins anew, more gets what follows. It begins by
 * itself, and anew when one works at another place. For ListPage.
 */
export function useList<T>(read: (cursor?: string) => Promise<Slice<T>>): List<T> {
  const { data, problem, busy, load } = useLoad(() => read())
  const { problem: refused, busy: adding, attempt } = useTry()
  const items = computed<T[]>(() => data.value?.items ?? [])

  function more() {
    const before = data.value
    if (!before?.next) return
    attempt(async () => {
      const after = await read(before.next)
      if (data.value === before) data.value = { next: after.next, items: [...before.items, ...after.items] }
    })
  }

  /** put shows a thing anew that has changed, without reading the list again. */
  function put(same: (one: T) => boolean, now: T) {
    if (data.value) data.value = { ...data.value, items: data.value.items.map((one) => (same(one) ? now : one)) }
  }

  watch(() => place()?.key, load, { immediate: true })

  const there = computed(() => data.value !== null)
  const hasMore = computed(() => !!data.value?.next)
  return reactive({ items, there, hasMore, problem, refused, busy, adding, load, more, put }) as unknown as List<T>
}
