// 李小梅 is given an association to lead. She finds it among those of the community, and publishes an activity of
// it, for which her neighbour signs up. 王建国 sees his term of office, and resigns.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const staff = await server.as('staff')
  const resident = await server.as('resident')
  const member = await server.as('member')
  const community = (await staff.get('/v1/me')).roles[0].node_id
  const unit = (await resident.get('/v1/me')).unit_id

  const hers = await phone()
  await hers.goTo('/pages/login/index')
  await hers.tap('login-persona-resident')
  await hers.see('tab-me')
  await hers.goTo('/pages/associations/mine')
  await hers.see('associations-empty')
  await hers.check('none')

  const people = (await staff.get(`/v1/nodes/${unit}/people?limit=100`)).items
  const her = people.find((p) => p.name.startsWith('李'))
  const choir = await staff.post(`/v1/nodes/${community}/associations`, { kind: 'arts', name: '夕阳红合唱队', lead_id: her.person_id })
  await hers.goTo('/pages/inbox/index')
  await hers.tap('notice', '联谊会负责人')
  has(await hers.see('association', '夕阳红合唱队'), '我负责', '李小梅')
  await hers.check('mine')
  await hers.tap('association')
  await hers.see('association-quiet')
  await hers.check('one')
  await hers.tap('activity-new')
  await hers.see('new-association', '夕阳红合唱队')
  await hers.miss('new-audience-members') // she need not know who is a member
  const { kinds } = await resident.get('/v1/service-kinds')
  await hers.write('new-title', '周末合唱排练')
  await hers.tap('new-kind-' + kinds[0].code)
  await hers.write('new-place', '社区活动室')
  await hers.check('new-activity')
  await hers.tap('new-publish')
  await hers.see('organised-title', '周末合唱排练')
  const [made] = (await resident.get(`/v1/associations/${choir.id}/activities`)).items
  holds(made?.title === '周末合唱排练' && made.association === '夕阳红合唱队', 'her activity, of the choir', made)

  await member.post(`/v1/activities/${made.id}/sign-up`)
  await hers.goTo('/pages/associations/mine')
  await hers.tap('association')
  await hers.tap('activity-item', '周末合唱排练')
  has(await hers.see('activity-seats'), '已报名 1 人')

  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-chief')
  await his.see('tab-desk')
  await his.goTo('/pages/associations/mine')
  hasNot(await his.see('association', '夕阳红合唱队'), '我负责')
  await his.goTo('/pages/me/index')
  await his.tap('roles-open')
  has(await his.see('role', '单元长'), '在任')
  await his.check('roles')
  await his.tap('role-end')
  await his.write('role-end-reason', '身体不好，跑不动了')
  await his.check('resigning')
  await his.tap('role-end-send')
  await his.agree('辞去')
  has(await his.see('role', '已经结束'), '身体不好')
  await his.miss('role-end')
  holds(!(await (await server.as('chief')).get('/v1/me')).roles.length, 'no role of his any more', '')
}
