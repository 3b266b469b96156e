// 李小梅 reports with a photo that the lamp flickers, follows what 王建国, her unit chief, does about it, and says
// whether it is solved.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const words = '二楼楼道灯一闪一闪，下雨天还会跳闸'

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.tap('report-open')
  await hers.see('report-category-repair')
  await hers.check('report-empty')
  await hers.tap('report-category-repair')
  await hers.write('report-words', words)
  await hers.photograph('photo-add')
  await hers.see('photo')
  await hers.check('report-written')
  await hers.tap('report-send')
  await hers.see('matter-state', '待受理')
  await hers.check('matter-reported')

  const chief = await server.as('chief')
  const waiting = await chief.get('/v1/matters/waiting')
  const matter = waiting.matters.find((m) => m.words === words)
  holds(matter?.category === 'repair' && matter.state === 'reported' && matter.reporter === '李小梅', 'her matter, for the chief to take on', waiting)
  const seen = await chief.get('/v1/matters/' + matter.id)
  holds(seen.events.length === 1 && seen.may.includes('accept'), 'one step, and the next for the chief', seen)

  await chief.post(`/v1/matters/${matter.id}/accept`, { seen: matter.seen })
  const resolved = await chief.post(`/v1/matters/${matter.id}/resolve`, { seen: matter.seen + 1, words: '换了新的灯和开关' })
  holds(resolved.state === 'resolved', 'a resolved matter', resolved)

  await hers.goTo('/pages/inbox/index')
  await hers.see('notice')
  await hers.check('inbox')
  await hers.tap('tab-matters')
  has(await hers.see('matter-item', words), '待评价')
  await hers.check('matters')
  await hers.tap('matter-item', words)
  await hers.see('matter-state', '待评价')
  await hers.check('matter-resolved')
  await hers.tap('matter-satisfied')
  await hers.tap('matter-rate')
  await hers.see('matter-state', '已销号')
  await hers.check('matter-closed')

  const resident = await server.as('resident')
  const closed = await resident.get('/v1/matters/' + matter.id)
  holds(closed.state === 'closed' && closed.outcome === 'satisfied', 'a closed matter with which she is satisfied', closed)
  holds(closed.events[0].photos.length === 1, 'her photo with the report', closed.events[0])
}
