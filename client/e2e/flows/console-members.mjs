// What an office does about Party members: the secretary decides about door plaques, the community puts them up
// and takes them down, receives who checks in; the street counts, and Party organisations are looked after.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const hers = await desk()
  await hers.logInAs('staff')

  await plaques(server, await desk(), hers)
  await checkIns(server, hers, staff, home)
  await counts(await desk(), await server.as('street'))
  await partyOrgs(await desk(), await server.as('community-secretary'), home, (await (await server.as('chief')).get('/v1/me')).roles[0].node_id)
}

async function plaques(server, his, hers) {
  const [member, chief] = [await server.as('member'), await server.as('chief')]
  await member.post('/v1/plaques')
  await chief.post('/v1/plaques')
  const mine = async (who) => (await who.get('/v1/plaques/mine')).plaque

  await his.logInAs('secretary')
  await his.open('plaques')
  await his.choose('plaques-state', '待审批')
  await his.tap('filter')
  await his.see('table', '张')
  await his.check('plaques')
  await his.tapInRow('张', 'plaque-approve')
  await his.see('table', '待安装')
  await his.tapInRow('王', 'plaque-refuse')
  await his.write('why', '材料不全')
  await his.check('plaque-refuse')
  await his.say('材料不全')
  await his.see('table', '材料不全')
  holds((await mine(member)).state === 'approved' && (await mine(chief)).state === 'refused', 'two decisions', [await mine(member), await mine(chief)])

  await hers.open('plaques')
  await hers.miss('plaque-approve') // the clerk does not decide
  await hers.tap('plaque-install')
  await hers.miss('plaque-install')
  holds((await mine(member)).state === 'installed', 'a plaque on the door', await mine(member))
  await hers.tapInRow('张', 'plaque-remove')
  await hers.say('房屋出租')
  await hers.see('table', '房屋出租')
  await hers.check('plaque-removed')
  holds((await mine(member))?.state !== 'installed', 'no plaque any more', await mine(member))
}

async function checkIns(server, hers, staff, home) {
  const code = (await staff.get(`/v1/nodes/${home}/codes`)).items[0].code
  const people = await Promise.all(['in-service', 'candidate', 'resident'].map((persona) => server.as(persona)))
  for (const p of people) await p.post('/v1/check-ins', { community_code: code, work_unit: '安庆市教育局' })
  const state = async (i) => (await people[i].get('/v1/check-ins/mine')).items[0]

  await hers.open('check-ins')
  await hers.see('table', '刘')
  await hers.check('check-ins')
  await hers.tapInRow('刘', 'check-in-person')
  has(await hers.see('person'), '刘洋', '在职党员')
  await hers.page.keyboard.press('Escape')
  await hers.miss('person')
  await hers.tapInRow('刘', 'check-in-accept')
  await hers.see('table', '已报到')
  await hers.tapInRow('许', 'check-in-accept')
  await hers.naming('a question', () => hers.page.locator('.el-message-box', { hasText: '没有把' }).waitFor())
  await hers.check('unknown')
  await hers.agree('看过，接收')
  await hers.naming('the answer', () => hers.page.locator('tr', { hasText: '许' }).getByText('已报到').waitFor())
  await hers.tapInRow('李', 'check-in-refuse')
  await hers.say('工作单位填写不完整')
  await hers.see('table', '未接收')
  holds((await state(0)).receipt_number && (await state(1)).state === 'accepted' && (await state(2)).state === 'refused', 'three decisions', [await state(0), await state(1), await state(2)])

  await hers.tapInRow('许', 'check-in-end')
  await hers.say('调离单位')
  await hers.see('table', '调离单位')
  await hers.check('decided')
  holds((await state(1)).state === 'ended', 'a check-in that is over', await state(1))
}

async function counts(his, street) {
  await his.logInAs('street')
  await his.open('check-in-counts')
  has(await his.see('check-in-total'), '已报到')
  await his.see('check-ins-by-communities', '先锋')
  await his.see('check-ins-by-work-units', '安庆市教育局')
  await his.check('counts')
  const at = (await street.get('/v1/me')).roles[0].node_id
  const held = await street.get(`/v1/nodes/${at}/check-ins/counts`)
  has(await his.see('check-in-total'), `已报到 ${held.accepted} 人`)
  holds(held.work_units.some((u) => u.name === '安庆市教育局' && u.accepted === 1), 'one who has checked in', held)
}

async function partyOrgs(his, secretary, home, unit) {
  const all = async () => (await secretary.get(`/v1/nodes/${home}/party-orgs?limit=100`)).items
  const before = await all()
  await his.logInAs('community-secretary')
  await his.open('party-orgs')
  has(await his.see('party-counts'), '网格党支部 2 个')
  await his.check('party-orgs')
  await his.tapInRow('第一网格党支部', 'party-rename')
  await his.write('party-name', '先锋第一网格党支部')
  await his.check('party-rename')
  await his.tap('send')
  await his.see('table', '先锋第一网格党支部')
  holds((await all()).some((o) => o.name === '先锋第一网格党支部'), 'another name', await all())

  const group = before.find((o) => o.node_id === unit && o.kind === 'unit_group')
  await his.choosePlace('party-filter', '第一网格')
  await his.tap('filter')
  await his.miss('table', '第二网格党支部')
  await his.tapInRow(group.name, 'party-dissolve')
  await his.say('党小组调整')
  await his.see('table', '已撤销')
  holds(!(await all()).some((o) => o.id === group.id), 'one less', await all())
  await his.tap('party-new')
  await his.choosePlace('party-where', '第一网格', '3栋', '1单元')
  await his.write('party-name', '3栋1单元先锋党小组')
  await his.check('party-new')
  await his.tap('send')
  await his.see('table', '3栋1单元先锋党小组')
  await his.check('party-founded')
  holds((await all()).some((o) => o.name === '3栋1单元先锋党小组' && o.kind === 'unit_group'), 'a new one', await all())
}
