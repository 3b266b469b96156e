// 王建国 publishes an activity. 李小梅 signs up, and checks in and out with the code that his screen shows and changes.
// When all is over he confirms it. For her points she takes a reward, whose code 陈社工 types in at the console.
import { has, holds } from '../say.mjs'

export const long = true // an activity takes its time: hours are counted by the minute

const wait = (ms) => new Promise((done) => setTimeout(done, ms))

export default async function ({ server, phone, desk }) {
  const chief = await server.as('chief')
  const resident = await server.as('resident')
  const { kinds } = await chief.get('/v1/service-kinds')

  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-chief')
  await his.tap('tab-desk')
  await his.tap('desk-activities')
  await his.see('activity-new')
  await his.check('organised')
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
  const start = Date.now() + 15_000
  const end = start + 90_000
  await chief.post(`/v1/activities/${made.id}/change`, { starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString() })

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.tap('unit-activity', '楼道大扫除')
  await hers.see('activity-title', '楼道大扫除')
  await hers.tap('activity-sign-up')
  await hers.see('activity-mine', '已经报名')
  await hers.check('signed-up')
  holds((await resident.get('/v1/activities/' + made.id)).my_state === 'seated', 'her seat', made)
  await hers.write('activity-code', '000000')
  await hers.tap('activity-prove')
  await hers.see('problem')
  hers.refused(410, '/check-in')

  await his.goTo('/staff/activities/index')
  await his.tap('organised-item', '楼道大扫除')
  has(await his.see('signed-up', '李小梅'), '已报名')
  await his.check('organised-signed-up')
  await his.see('code-out') // the page was open before the beginning, and knows of it
  await his.tap('code-in')
  await his.see('code-qr')
  has(await his.see('code-left'), '秒后换新码')
  await his.check('code-in')
  const onHisScreen = async () => (await his.see('code-digits')).replace(/\s/g, '')
  const first = await onHisScreen()
  await hers.write('activity-code', first)
  await hers.tap('activity-prove')
  await hers.see('activity-attendance', '服务中')
  const since = Date.now()
  await hers.check('checked-in')
  for (let i = 0; i < 70 && await onHisScreen() === first; i++) await wait(500)
  const next = await onHisScreen()
  holds(next !== first, 'another code on the screen after half a minute', { first, next })
  await his.back()
  has(await his.see('signed-up', '服务中'), '李小梅')
  await his.check('organised-checked-in')

  await wait(Math.max(0, since + 61_000 - Date.now()))
  await his.tap('code-out')
  await his.see('code-way', '签退')
  await hers.goTo('/pages/activities/mine')
  await hers.check('activities-mine')
  await hers.tap('activity-item', '楼道大扫除')
  await hers.write('activity-code', await onHisScreen())
  await hers.tap('activity-prove')
  await hers.see('activity-attendance', '待确认')
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
  const served = (await resident.get('/v1/me/hours?state=confirmed')).items.find((h) => h.activity_id === made.id)
  const after = (await resident.get('/v1/me/points')).balance
  holds(served?.minutes >= 1 && after - before === served.points, 'her hours, and the points for them', { served, before, after })

  await hers.goTo('/pages/hours/mine')
  has(await hers.see('hours-item', '楼道大扫除'), '已确认')
  await hers.check('hours-mine')
  await hers.goTo('/pages/points/index')
  holds(await hers.see('points-balance') === String(after), 'the balance that she sees', after)
  await hers.tap('rewards-open')
  const reward = (await resident.get('/v1/rewards')).items.find((r) => r.redeemable)
  await hers.tapIn('reward', reward.name, 'reward-redeem')
  await hers.agree('兑换')
  await hers.see('redemption-state', '待领取')
  const code = (await hers.see('pick-up-code')).replaceAll(' ', '')

  const theirs = await desk()
  await theirs.logInAs('staff')
  await theirs.open('redemptions')
  await theirs.see('counter')
  await theirs.page.keyboard.type(code) // as the scanner does, too: the field has the focus
  await theirs.page.keyboard.press('Enter')
  has(await theirs.see('handed'), reward.name, '李')
  await theirs.check('handed-over')
  await hers.goTo('/pages/redemptions/mine')
  has(await hers.see('redemption', reward.name), '已领取')
  const [got] = (await resident.get('/v1/redemptions/mine')).items
  holds(got.state === 'fulfilled' && (await resident.get('/v1/me/points')).balance === after - reward.points, 'a reward in her hands, and her points less', got)
}
