// 李小梅 signs up for an activity of her unit, checks in with the number on 王建国's screen and out again, and he
// confirms it. What she did by herself she writes down, he confirms that too, and she has one mistake put right.
import { has, holds } from '../say.mjs'

export const long = true // an activity takes its time

const wait = (ms) => new Promise((done) => setTimeout(done, ms))

export default async function ({ server, phone }) {
  const chief = await server.as('chief')
  const resident = await server.as('resident')
  const me = await resident.get('/v1/me')
  const start = Date.now() + 15_000
  const end = start + 72_000 // hours are counted by the minute, and confirmed when all is over
  const cleaning = await chief.post(`/v1/nodes/${me.unit_id}/activities`, {
    kind: 'environment', title: '楼道大扫除', place: '3栋1单元楼道', content: '自己带一块抹布就行', audience: 'everybody', capacity: 2,
    starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString(),
  })
  const code = async (way) => (await chief.get(`/v1/activities/${cleaning.id}/check-in-code?way=${way}`)).code.split('-')[2] // as it is read off the screen

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.tap('unit-activity', '楼道大扫除')
  await hers.see('activity-title', '楼道大扫除')
  await hers.tap('activity-sign-up')
  await hers.see('activity-mine', '已经报名')
  await hers.check('activity-signed-up')
  holds((await resident.get('/v1/activities/' + cleaning.id)).my_state === 'seated', 'her seat', cleaning)

  await hers.write('activity-code', '000000')
  await hers.tap('activity-prove')
  await hers.see('problem')
  hers.refused(410, '/check-in')
  await hers.write('activity-code', await code('in'))
  await hers.tap('activity-prove')
  await hers.see('activity-attendance', '服务中')
  await hers.check('activity-checked-in')

  await hers.goTo('/pages/hours/mine')
  await hers.tap('hours-log-open')
  await hers.see('service-content')
  await hers.check('hours-log')
  const kinds = (await resident.get('/v1/service-kinds')).kinds
  await hers.tap('service-kind-' + kinds[0].code)
  await hers.write('service-content', '帮三楼的老人买菜')
  await hers.write('service-place', '菜市场')
  await hers.goTo('/pages/hours/log')
  await hers.see('hours-restored')
  await hers.tap('hours-send')
  await hers.see('hours-state', '待确认')
  await hers.check('hours-filed')
  const filed = (await resident.get('/v1/me/hours?state=claimed')).items.find((h) => h.content === '帮三楼的老人买菜')
  holds(filed?.minutes === 60 && filed.source === 'log' && filed.place === '菜市场', 'an hour, to be confirmed', filed)
  await chief.post(`/v1/hours/${filed.id}/confirm`, { evaluation: '热心' })
  await hers.goTo('/pages/hours/one?id=' + filed.id)
  await hers.see('hours-state', '已确认')
  await hers.tap('hours-correct')
  await hers.write('correction-why', '实际是在超市')
  await hers.write('service-place', '超市')
  await hers.check('hours-correct')
  await hers.tap('correction-send')
  has(await hers.see('correction'), '超市')
  await hers.check('hours-correction-asked')
  const asked = await resident.get('/v1/hours/' + filed.id)
  holds(asked.corrections.length === 1 && asked.corrections[0].state === 'asked' && asked.place === '菜市场', 'a request, and the old place', asked)

  await wait(Math.max(0, start + 62_000 - Date.now()))
  await hers.goTo('/pages/activities/mine')
  await hers.check('activities-mine')
  await hers.tap('activity-item', '楼道大扫除')
  await hers.write('activity-code', await code('out'))
  await hers.tap('activity-prove')
  await hers.see('activity-attendance', '待确认')
  await wait(Math.max(0, end + 500 - Date.now()))
  const sum = await chief.post(`/v1/activities/${cleaning.id}/confirm`, { evaluation: '很认真' })
  holds(sum.people === 1 && sum.minutes >= 1, 'one person who was there', sum)
  await hers.goTo('/pages/hours/mine')
  has(await hers.see('hours-item', '楼道大扫除'), '已确认')
  await hers.check('hours-mine')
  const mine = (await resident.get('/v1/me/hours?state=confirmed')).items
  holds(mine.some((h) => h.activity_id === cleaning.id) && mine.some((h) => h.id === filed.id), 'both services', mine)
}
