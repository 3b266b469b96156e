// What a page needs from the server, and what it tries there.
import { onHide, onUnload } from '@dcloudio/uni-app'
import { watch } from 'vue'
import { createLoading } from '../../shared/load'

export const { useLoad, useTry } = createLoading('页面出了点问题，请返回后再试一次。', () => uni.stopPullDownRefresh())

/** usePaged holds a list of which the server gives a part at a time; more reads what comes after it. */
export function usePaged<D extends { items: unknown[], next?: string }>(read: (cursor?: string) => Promise<D>) {
  const { data: list, problem, busy, load } = useLoad<D>(() => read())
  const { problem: refused, busy: acting, attempt } = useTry(load)

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

const aDay = 24 * 60 * 60_000

/** useMoments reads anew when one of these moments comes, at which something else may be done: a page stays open. */
export function useMoments(moments: () => string[], load: () => unknown) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => { if (timer) clearTimeout(timer); timer = undefined }
  watch(moments, (all) => {
    stop()
    const left = Math.min(...all.map((m) => Date.parse(m) - Date.now()).filter((ms) => ms > 0))
    if (left < aDay) timer = setTimeout(load, left + 500)
  })
  onHide(stop)
  onUnload(stop)
}
