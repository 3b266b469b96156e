// What is being written, kept on the phone until the server has it. Each belongs to who wrote it: another
// person on the same phone does not get it.
import { reactive, watch } from 'vue'
import { forgetTexts } from './download'

const shelf = (name: string) => 'draft-' + name // throwAllAway knows them by it

interface Author { readonly name: string, readonly unit_id?: string }

/** authorOf tells two people apart who use the same phone. */
export const authorOf = (me: Author) => me.name + '@' + (me.unit_id ?? '')

/**
 * useDraft holds a form. restore, called whenever it is known who writes, brings back what they had and tells
 * whether that was anything; done forgets it. Nothing is kept between done and the next restore.
 */
export function useDraft<F extends object>(name: () => string, blank: F) {
  const fresh = () => JSON.parse(JSON.stringify(blank)) as F // lists in it are nobody's twice
  const form = reactive(fresh()) as F
  let by = ''

  watch(form, () => { if (by) uni.setStorageSync(shelf(name()), JSON.stringify({ by, form })) })

  function restore(me: Author): boolean {
    const who = authorOf(me)
    if (by === who) return false
    by = who
    const before = kept<F>(name(), who)
    Object.assign(form, fresh(), before)
    return !!before
  }

  function done() {
    by = ''
    Object.assign(form, fresh())
    uni.removeStorageSync(shelf(name()))
  }

  return { form, restore, done }
}

function kept<F>(name: string, by: string): F | null {
  try {
    const all = JSON.parse(String(uni.getStorageSync(shelf(name)) || 'null')) as { by: string, form: F } | null
    return all && all.by === by ? all.form : null
  } catch {
    return null
  }
}

/** throwAllAway is for who leaves the phone to somebody else. */
export function throwAllAway() {
  for (const key of uni.getStorageInfoSync().keys) if (key.startsWith('draft-')) uni.removeStorageSync(key)
  forgetTexts()
}
