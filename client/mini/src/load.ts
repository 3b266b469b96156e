// What a page needs from the server, and what it tries there.
import { ref, shallowRef, type Ref } from 'vue'
import { Problem } from './api'

function problemOf(e: unknown): Problem {
  if (e instanceof Problem) return e
  console.error(e)
  return new Problem(-1, 'client', '页面出了点问题，请返回后再试一次。')
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
      uni.stopPullDownRefresh()
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

/** usePaged holds a list of which the server gives a part at a time; more reads what comes after it. */
export function usePaged<D extends { items: unknown[], next?: string }>(read: (cursor?: string) => Promise<D>) {
  const { data: list, problem, busy, load } = useLoad<D>(() => read())
  const { problem: refused, busy: acting, attempt } = useTry()

  function more() {
    const before = list.value
    if (!before?.next) return
    attempt(async () => {
      const after = await read(before.next)
      if (list.value === before) list.value = { ...after, items: [...before.items, ...after.items] }
    })
  }

  return { list, problem, busy, load, more, refused, acting, attempt }
}
