// 张卫东, a member, scans the code in his stairwell, shows his identity, changes it, and withdraws it. Each time
// his neighbour 李小梅 and somebody who only passes by look what they see.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const unit = '/pages/unit/index?scene=' + server.code
  const pledge = '楼道里有事，敲201的门'
  const skills = '修水管'

  const his = await phone()
  await his.goTo(unit)
  has(await his.see('unit-name'), '单元')
  await his.miss('unit-member', '张')
  await his.check('unit-as-a-stranger')
  await his.tap('go-login')
  await his.see('login-persona-member')
  await his.check('log-in')
  await his.tap('login-persona-member')
  await his.tap('identity-open')
  await his.see('identity-state', '没有亮')
  await his.check('identity-before')

  await his.write('identity-pledge', pledge)
  await his.write('identity-skills', skills)
  const preview = await his.see('identity-preview', '张同志')
  has(preview, pledge, skills)
  const toPassers = await his.see('identity-preview-passer-by', '张同志')
  has(toPassers, pledge)
  hasNot(toPassers, skills)
  await his.tap('identity-agree')
  await his.tap('identity-show')
  await his.see('identity-state', '已亮')
  await his.check('identity-shown')

  const member = await server.as('member')
  const mine = await member.get('/v1/displays/mine')
  holds(mine.display?.pledge === pledge && mine.display.name_form === 'surname' && mine.display.on_page && !mine.display.in_group, 'what he chose', mine)

  const hers = await phone()
  await hers.goTo(unit)
  const passing = await hers.see('unit-member', '张同志')
  has(passing, pledge)
  hasNot(passing, skills)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  const next = await hers.see('unit-member', skills)
  has(next, '张同志', pledge)
  await hers.miss('identity-open') // she is no member
  await hers.check('unit-as-a-neighbour')

  await his.tap('identity-name-full')
  has(await his.see('identity-preview', '张卫东'), pledge)
  hasNot(await his.see('identity-preview-passer-by'), '张卫东')
  await his.tap('identity-show')
  await hers.goTo(unit)
  await hers.see('unit-member', '张卫东')
  const stranger = await server.as()
  const seen = await stranger.get('/v1/units/' + server.code)
  holds(!JSON.stringify(seen).includes('卫东') && seen.members.some((m) => m.name === '张同志'), 'only his surname for strangers', seen.members)

  await his.tap('identity-withdraw')
  await his.see('identity-state', '没有亮')
  await his.miss('identity-withdraw')
  await his.check('identity-withdrawn')
  await hers.goTo(unit)
  await hers.see('unit-name')
  await hers.miss('unit-member', '张')
  const after = await member.get('/v1/displays/mine')
  holds(!after.display, 'nothing of his', after)
  const neighbour = await server.as('resident')
  const page = await neighbour.get('/v1/units/' + server.code)
  holds(!page.members.some((m) => m.name.startsWith('张')), 'a unit page without him', page.members)
}
