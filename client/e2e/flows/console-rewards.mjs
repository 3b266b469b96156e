// The community publishes a reward and puts it on its shelf; the district gives money; a resident redeems by
// telephone, and it is handed out at the counter by what a scanner types.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const resident = await server.as('resident')
  const home = (await staff.get('/v1/me')).roles[0].node_id

  const hers = await desk()
  await hers.logInAs('staff')
  await hers.open('rewards')
  await hers.check('rewards')
  await hers.tap('reward-new')
  await hers.tap('send')
  has(await hers.see('problem'), '“名称”', '“领取地点”') // what is missing is said by its name
  hers.refused(422, '/rewards')
  await hers.check('reward-incomplete')
  await hers.write('reward-name', '洗衣粉一袋')
  await hers.write('reward-points', '10')
  await hers.write('reward-yuan', '12.5')
  await hers.write('reward-place', '社区服务中心一楼')
  await hers.photograph('reward-photo')
  await hers.see('form', '去掉')
  await hers.check('reward')
  await hers.tap('send')
  await hers.see('table', '洗衣粉一袋')
  const reward = (await staff.get(`/v1/nodes/${home}/rewards?limit=100`)).items.find((r) => r.name === '洗衣粉一袋')
  holds(reward?.cost === 1250 && reward.points === 10 && reward.photos.length === 1, 'the reward', reward)
  await hers.naming('to open the stock', () => hers.page.locator('tr', { hasText: '洗衣粉一袋' }).getByTestId('reward-stock').click())
  await hers.write('stock-pieces', '5')
  await hers.check('stock')
  await hers.tap('send')
  await hers.see('shelf', '5 件')
  holds((await staff.get(`/v1/nodes/${home}/rewards?limit=100`)).items.find((r) => r.id === reward.id).shelf === 5, 'five pieces', reward)

  const boss = await desk()
  await boss.logInAs('admin')
  await boss.open('budgets')
  await boss.see('budget-fund')
  await boss.check('budgets')
  const before = (await staff.get(`/v1/nodes/${home}/budgets`)).communities[0]
  const fund = (await (await server.as('admin')).get(`/v1/nodes/${(await (await server.as('admin')).get('/v1/me')).roles[0].node_id}/budgets`)).fund
  await boss.tap('fund')
  await boss.write('budget-amount', '100')
  await boss.tap('send')
  await boss.miss('send')
  await boss.naming('to give a community more', () => boss.page.locator('tr', { hasText: before.name }).getByRole('button', { name: '增减' }).click())
  await boss.write('budget-amount', '100')
  await boss.check('budget')
  await boss.tap('send')
  await boss.miss('send')
  const after = (await staff.get(`/v1/nodes/${home}/budgets`)).communities[0]
  holds(after.given === before.given + 10_000, 'a hundred yuan more', [before, after, fund])

  const r = await resident.post('/v1/redemptions', { reward_id: reward.id, points: 10 })
  await hers.open('redemptions')
  await hers.see('table', '洗衣粉一袋')
  await hers.check('redemptions')
  await hers.page.keyboard.type('12345') // the field has the focus: nothing is clicked
  await hers.page.keyboard.press('Enter')
  await hers.see('problem', '10位数字')
  await hers.page.keyboard.type(r.qr)
  await hers.page.keyboard.press('Enter')
  has(await hers.see('handed'), '洗衣粉一袋', '李')
  await hers.see('table', '已领取')
  await hers.check('handed')
  const got = await resident.get('/v1/redemptions/' + r.id)
  holds(got.state === 'fulfilled', 'a redemption handed out', got)
  await hers.page.keyboard.type(r.qr)
  await hers.page.keyboard.press('Enter')
  await hers.see('problem')
  await hers.check('twice')
  hers.refused(409, '/pick-ups')

  const second = await resident.post('/v1/redemptions', { reward_id: reward.id, points: 10 })
  await hers.tap('filter')
  await hers.tap('call-off')
  await hers.say('破损')
  await hers.see('table', '已取消')
  const off = await resident.get('/v1/redemptions/' + second.id)
  holds(off.state === 'cancelled' && off.reason === '破损', 'a redemption called off', off)
}
