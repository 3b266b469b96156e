// What a page needs from the server, and what it tries there.
import { ref, shallowRef, type Ref } from 'vue'
import { Problem } from './client'

/** readAll gives the whole of a list of which the server gives a part at a time. */
export async function readAll<T>(read: (part: { cursor?: string, limit: number }) => Promise<{ items: T[], next?: string }>): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const part = await read({ cursor, limit: 100 })
    all.push(...part.items)
    cursor = part.next
  } while (cursor)
  return all
}

/** createLoading gives useLoad and useTry to a face of the API. sorry says what to do where a page itself fails; settled runs after each load. */
export function createLoading(sorry: string, settled: () => void = () => {}) {
  function problemOf(e: unknown): Problem {
    if (e instanceof Problem) return e
    console.error(e)
    return new Problem(-1, 'client', sorry)
  }

  /** passing tells whether a problem says nothing of what was asked for. What was read before is better than nothing then. */
  const passing = (status: number) => status === 0 || status === 429 || status >= 500

  /** useLoad holds what read gives. An older answer never replaces a newer one; what was there stays while it is read again. */
  function useLoad<D>(read: () => Promise<D>) {
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
        if (!passing(problem.value.status)) data.value = null
      } finally {
        if (mine === turn) busy.value = false
        settled()
      }
    }

    return { data, problem, busy, load }
  }

  /**
   * useTry runs one action at a time and keeps why it failed. It tells whether it was done. What was refused because
   * things stand otherwise by now, as somebody else was quicker, is shown as it is: again reads it anew.
   */
  function useTry(again: () => unknown = () => {}) {
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
        if (problem.value.status === 409) again()
        return false
      } finally {
        busy.value = false
      }
    }

    return { problem, busy, attempt }
  }

  return { useLoad, useTry }
}
