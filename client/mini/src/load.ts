// What a page needs from the server, and what it tries there.
import { createLoading } from '../../shared/load'

export const { useLoad, useTry } = createLoading('页面出了点问题，请返回后再试一次。', () => uni.stopPullDownRefresh())

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
