// 王建国 publishes an activity. 李小梅 signs up, and checks in and out with the code that his screen shows and changes.
// When all is over he confirms it, and she has her points.
import { has, holds } from '../say.mjs'

const wait = (ms) => new Promise((done) => setTimeout(done, ms))

export default async function ({ server, phone }) {
  const chief = await server.as('chief')
  const resident = await server.as('resident')
  const { kinds } = await chief.get('/v1/service-kinds')

  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-chief')
  await his.tap('tab-desk')
  await his.tap('desk-activities')
  await his.see('activity-new')
  await his.check('activities')
  await his.tap('activity-new')
  await his.see('new-title')
  await his.check('new')
  await his.write('new-title', '楼道大扫除')
  await his.tap('new-kind-' + kinds[0].code)
  await his.write('new-place', '3栋1单元楼下')
  await his.write('new-capacity', '5')
  await his.restart() // what was typed is there after a restart
  await his.see('new-title')
  holds(await his.field('new-place') === '3栋1单元楼下', 'what he typed', await his.field('new-place'))
  await his.tap('new-publish')
  await his.see('organised-title', '楼道大扫除')
  await his.see('organised-nobody')
  await his.check('published')
  const me = await resident.get('/v1/me')
  const made = (await chief.get(`/v1/nodes/${me.unit_id}/activities`)).items.find((a) => a.title === '楼道大扫除')
  holds(made?.capacity === 5 && made.phase === 'upcoming' && made.place === '3栋1单元楼下', 'his activity', made)

  // It begins earlier and is short, so that nobody has to wait for hours.
  const start = Date.now() + 6_000
  const end = start + 68_000
  await chief.post(`/v1/activities/${made.id}/change`, { starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString() })
  await resident.post(`/v1/activities/${made.id}/sign-up`)
  await his.goTo('/staff/activities/index')
  await his.tap('organised-item', '楼道大扫除')
  has(await his.see('signed-up', '李小梅'), '已报名')
  await his.check('signed-up')

  await his.tap('code-in')
  await his.see('code-qr')
  has(await his.see('code-left'), '秒后换新码')
  await his.check('code-in')
  const shown = async (way) => `${made.id}-${way}-${(await his.see('code-digits')).replace(/\s/g, '')}`
  const first = await shown('I')
  await resident.post(`/v1/activities/${made.id}/check-in`, { code: first })
  for (let i = 0; i < 70 && await shown('I') === first; i++) await wait(500)
  const next = await shown('I')
  holds(next !== first, 'another code on the screen after half a minute', { first, next })
  await his.back()
  has(await his.see('signed-up', '服务中'), '李小梅')
  await his.check('checked-in')

  await wait(Math.max(0, start + 63_000 - Date.now()))
  await his.tap('code-out')
  await his.see('code-way', '签退')
  await resident.post(`/v1/activities/${made.id}/check-out`, { code: await shown('O') })
  await wait(Math.max(0, end + 500 - Date.now()))
  await his.goTo('/staff/activities/one?id=' + made.id)
  await his.see('organised-confirm')
  await his.check('to-confirm')
  const before = (await resident.get('/v1/me/points')).balance
  await his.tap('organised-confirm')
  await his.agree('确认')
  await his.miss('organised-confirm')
  has(await his.see('signed-up', '李小梅'), '已确认')
  await his.check('confirmed')
  const mine = (await resident.get('/v1/me/hours?state=confirmed')).items.find((h) => h.activity_id === made.id)
  const after = (await resident.get('/v1/me/points')).balance
  holds(mine?.minutes >= 1 && after - before === mine.points, 'her hours, and the points for them', { mine, before, after })
}
