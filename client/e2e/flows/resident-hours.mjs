// 李小梅 writes down what she did for others. 王建国 confirms it, and she has one mistake put right.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const chief = await server.as('chief')
  const resident = await server.as('resident')

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.see('unit-name')
  await hers.goTo('/pages/hours/mine')
  await hers.tap('hours-log-open')
  await hers.see('service-content')
  await hers.check('hours-log')
  const kinds = (await resident.get('/v1/service-kinds')).kinds
  await hers.tap('service-kind-' + kinds[0].code)
  await hers.goTo('/pages/hours/log')
  await hers.see('hours-restored') // its day and hour are those of then
  await hers.write('service-content', '帮三楼的老人买菜')
  await hers.write('service-place', '菜市场')
  await hers.goTo('/pages/hours/log')
  await hers.see('hours-restored')
  await hers.tap('hours-send')
  await hers.see('hours-state', '待确认')
  await hers.check('hours-filed')
  const filed = (await resident.get('/v1/me/hours?state=claimed')).items.find((h) => h.content === '帮三楼的老人买菜')
  holds(filed?.minutes === 60 && filed.source === 'log' && filed.place === '菜市场', 'an hour, to be confirmed', filed)
  await hers.tap('hours-change') // until it is confirmed she may put it right herself
  holds(await hers.field('service-place') === '菜市场', 'what she had written', await hers.field('service-place'))
  await hers.write('service-place', '城西菜市场')
  await hers.check('hours-change')
  await hers.tap('hours-send')
  await hers.see('hours-place', '城西菜市场')
  holds((await resident.get('/v1/hours/' + filed.id)).changes[0]?.place === '菜市场', 'what it said before', filed)
  await chief.post(`/v1/hours/${filed.id}/confirm`, { seen: 1, evaluation: '热心' })
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
  holds(asked.corrections.length === 1 && asked.corrections[0].state === 'asked' && asked.place === '城西菜市场', 'a request, and the old place', asked)

  await hers.goTo('/pages/hours/mine')
  has(await hers.see('hours-item', '帮三楼的老人买菜'), '已确认')
  await hers.check('hours-mine')
}
