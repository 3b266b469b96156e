// Whether WeChat may tell people what becomes of what they did. They are asked from a tap only, about at
// most three things at once, when they have few messages left; who says no is left in peace for a week.
import { shallowRef } from 'vue'
import { api, type Answer } from './api'

type Accept = Answer<'get', '/v1/me/accepts'>['items'][number]

const mostAtOnce = 3
const enough = 3
const peace = 7 * 24 * 3600_000
const shelf = 'no-news'

const known = shallowRef<Accept[]>([])
const refusedAt = shallowRef<Record<string, number>>(restore())

function restore(): Record<string, number> {
  try { return JSON.parse(String(uni.getStorageSync(shelf) || '{}')) } catch { return {} }
}

/** learnTemplates reads what may be asked. WeChat wants it known before the tap. Without it nobody is asked. */
export async function learnTemplates() {
  // #ifdef MP-WEIXIN
  try { known.value = (await api.get('/v1/me/accepts')).items } catch { /* an extra: the page is as good without it */ }
  // #endif
}

/** askable gives what it makes sense to ask about now, of these kinds of notice. */
export function askable(kinds: string[]): Accept[] {
  const now = Date.now()
  const some = known.value.filter((a) => kinds.includes(a.kind) && a.left < enough && now - (refusedAt.value[a.template] ?? 0) > peace)
  return some.filter((a, i) => some.findIndex((b) => b.template === a.template) === i).slice(0, mostAtOnce)
}

/** letBe takes note that somebody does not want to be asked. */
export function letBe(templates: string[]) {
  const now = Date.now()
  refusedAt.value = { ...refusedAt.value, ...Object.fromEntries(templates.map((t) => [t, now])) }
  uni.setStorageSync(shelf, JSON.stringify(refusedAt.value))
}

/** ask has WeChat ask, and tells the server what was allowed. Call it first thing in a tap. It never fails: news by WeChat are an extra. */
export async function ask(kinds: string[]): Promise<boolean> {
  const templates = askable(kinds).map((a) => a.template)
  if (!templates.length) return false
  const said = await new Promise<Record<string, string>>((done) => {
    uni.requestSubscribeMessage({ tmplIds: templates, success: (r) => done(r as unknown as Record<string, string>), fail: () => done({}) })
  })
  const allowed = templates.filter((t) => said[t]?.startsWith('accept'))
  letBe(templates.filter((t) => !allowed.includes(t)))
  if (!allowed.length) return false
  try {
    known.value = (await api.post('/v1/me/accepts', { body: { results: allowed.map((template) => ({ template, accepted: true })) } })).items
  } catch { /* the inbox has it all the same */ }
  return true
}
