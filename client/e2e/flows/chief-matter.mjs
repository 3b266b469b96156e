// 王建国 writes a note about a matter that only his colleagues see, and passes it up; he finds it in his ledger. The branch gives
// another one to somebody else of the grid. Who has no role has no desk.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const words = '二楼楼道灯一闪一闪，下雨天还会跳闸'
  const resident = await server.as('resident')
  const matter = await resident.post('/v1/matters', { category: 'repair', words, anonymity: 'named' })

  const his = await phone()
  await his.goTo('/pages/unit/index?scene=' + server.code)
  await his.tap('go-login')
  await his.tap('login-persona-chief')
  await his.tap('tab-me')
  await his.tap('desk-open')
  has(await his.see('desk-matter', words), '李小梅', '还剩')
  await his.tap('desk-matter', words)
  await his.see('desk-state', '待受理')
  await his.tap('desk-note')
  await his.write('desk-say', '去看过了，是线路老化')
  await his.tap('desk-send')
  has(await his.see('desk-noted'), '线路老化')
  holds(!(await resident.get('/v1/matters/' + matter.id)).notes?.length, 'no note that its reporter sees', matter)
  await his.tap('desk-pass_up')
  await his.write('desk-say', '要换线路，单元里办不了')
  await his.tap('desk-send')
  await his.miss('desk-send')
  await his.goTo('/staff/desk/index')
  await his.see('desk-activities')
  await his.miss('desk-matter', words)
  await his.check('desk-later')
  await his.tap('desk-ledger')
  has(await his.see('desk-matter', words), '网格党支部')
  await his.check('ledger')

  const theirs = await phone()
  await theirs.goTo('/pages/login/index')
  await theirs.tap('login-persona-secretary')
  await theirs.see('tab-desk')
  await theirs.goTo('/pages/matter/index?id=' + matter.id) // where its notice leads
  await theirs.see('desk-accept')
  has(await theirs.see('desk-noted'), '线路老化')
  await theirs.check('matter-noted')

  const second = await resident.post('/v1/matters', { category: 'repair', words: '一楼的防盗门关不上', anonymity: 'named' })
  const secretary = await server.as('secretary')
  const { people } = await secretary.get(`/v1/matters/${second.id}/handlers`)
  const other = people.find((p) => p.name !== '王建国')
  await theirs.goTo('/staff/matter/index?id=' + second.id)
  await theirs.tap('desk-give')
  await theirs.tap('desk-to-' + other.person_id)
  await theirs.write('desk-say', '王建国出门了')
  await theirs.check('matter-giving')
  await theirs.tap('desk-send')
  await theirs.miss('desk-send')
  const at = await secretary.get('/v1/matters/' + second.id)
  holds(at.handler === other.name && at.events.at(-1).move === 'reassign', 'a matter given to another', at)

  const hers = await phone()
  await hers.goTo('/pages/login/index')
  await hers.tap('login-persona-resident')
  await hers.see('tab-me')
  await hers.miss('tab-desk')
  await hers.goTo('/staff/desk/index') // nothing there for who has no role
  has(await hers.see('problem'), '没有职务')
  await hers.check('desk-of-nobody')
}
