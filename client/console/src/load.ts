// What a page needs from the server, and what it tries there.
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { Problem } from './api'
import { place } from './session'

function problemOf(e: unknown): Problem {
  if (e instanceof Problem) return e
  console.error(e)
  return new Problem(-1, 'client', '页面出了点问题，请刷新后再试一次。')
}

/** useLoad holds what read gives. An older answer never replaces a newer one; what was there stays while it is read again. */
export function useLoad<D>(read: () => Promise<D>) {
  const data = shallowRef(null) as Ref<D | null>
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(true)
  let turn = 0

  async function load() {
    const mine = ++turn
    busy.value = true
    try {
      const got = await read()
      if (mine !== turn) return
      data.value = got
      problem.value = null
    } catch (e) {
      if (mine !== turn) return
      problem.value = problemOf(e)
      if (problem.value.status !== 0) data.value = null // without a network, what was read before is better than nothing
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { data, problem, busy, load }
}

/** useTry runs one action at a time and keeps why it failed. It tells whether it was done. */
export function useTry() {
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)

  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await act()
      return true
    } catch (e) {
      problem.value = problemOf(e)
      return false
    } finally {
      busy.value = false
    }
  }

  return { problem, busy, attempt }
}

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
