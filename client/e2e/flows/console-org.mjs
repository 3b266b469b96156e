// A clerk of the community looks at the org tree on their desk, opens it, and finds a unit by its name. Then she
// changes it: a building comes, is renamed, moved and closed; a grid is split, and its parts merged again. The
// district hands in its file of divisions.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const hers = await desk()
  await hers.goTo('/org')
  await hers.see('login-persona-staff')
  await hers.check('log-in')
  await hers.logInAs('staff')
  await hers.check('start')

  await hers.open('org')
  await hers.see('org-name')
  await hers.see('org-tree', '网格')
  await hers.check('tree')

  await hers.write('org-words', '1单元')
  await hers.tap('org-find')
  has(await hers.see('org-found'), '找到')
  await hers.tap('org-hit')
  await hers.see('org-name', '1单元')
  await hers.check('found')

  await hers.write('org-words', '没有这样的地方')
  await hers.tap('org-find')
  await hers.see('org-found', '没有这样的名称')

  await hers.context.setOffline(true)
  await hers.see('offline', '没有网络')
  await hers.tap('org-find')
  await hers.see('problem', '网络不通')
  await hers.check('offline')
  await hers.context.setOffline(false)
  await hers.miss('offline')
  await hers.tap('org-find')
  await hers.miss('problem')

  const staff = await server.as('staff')
  const me = await staff.get('/v1/me')
  const found = await staff.get(`/v1/nodes/${me.roles[0].node_id}/find?name=${encodeURIComponent('1单元')}`)
  holds(found.items.length > 0 && found.items.every((f) => f.node.name.includes('1单元')), 'units of that name', found)

  await change(hers, staff, me.roles[0].node_id)
  await divide(await desk(), await server.as('admin'))
}

async function change(hers, staff, home) {
  const below = async (id) => (await staff.get(`/v1/nodes/${id}/children?limit=100`)).items
  const named = async (id, name) => (await below(id)).find((n) => n.name === name)
  const line = (name) => hers.get('org-tree').locator('.el-tree-node__content', { hasText: new RegExp(`^\\s*${name}\\s*$`) }).first()
  const go = async (name) => {
    await hers.naming('to choose ' + name, () => line(name).click())
    await hers.see('org-name', name)
  }
  const unfold = (name) => hers.naming('to open ' + name, () => line(name).locator('.el-tree-node__expand-icon').click())
  const fill = async (act, fields) => {
    await hers.tap('org-' + act)
    for (const [id, text] of Object.entries(fields)) await hers.write(id, text)
  }
  const done = async () => {
    await hers.tap('send')
    await hers.miss('send')
  }

  await hers.write('org-words', '')
  await hers.tap('org-find')
  await unfold('第一网格')
  await go('第一网格')
  await fill('add', { 'place-name': '7栋', 'place-reason': '新楼交付' })
  await hers.check('add')
  await done()
  await hers.see('org-card', '3 个')
  await hers.see('org-tree', '7栋')
  const [first, second] = [await named(home, '第一网格'), await named(home, '第二网格')]
  const building = await named(first.id, '7栋')
  holds(building?.kind === 'building', 'a new building', await below(first.id))

  await go('7栋')
  await fill('add', { 'place-name': '1单元', 'place-reason': '新楼交付' })
  await done()
  await hers.see('org-card', '1 个')
  await fill('rename', { 'place-name': '七号楼', 'place-reason': '统一编号' })
  await done()
  await hers.see('org-name', '七号楼')
  await hers.see('org-tree', '七号楼')
  has(await hers.see('org-history', '统一编号'), '“7栋”改名为“七号楼”')
  await hers.check('history')

  await fill('move', { 'place-reason': '网格优化调整' })
  await hers.choosePlace('place-to', '第二网格')
  await hers.check('move')
  await done()
  await hers.see('org-card', '第二网格')
  has(await hers.see('org-history', '网格优化调整'), '从第一网格移到第二网格')
  holds((await staff.get('/v1/nodes/' + building.id)).node.parent_id === second.id, 'the building in the other grid', building)

  await fill('close', { 'place-reason': '房屋拆除' })
  await hers.tap('send')
  await hers.see('problem', '还有下级')
  await hers.check('not-empty')
  hers.refused(409, '/close')
  await hers.naming('to leave it', () => hers.page.getByRole('button', { name: '不办了' }).click())
  await hers.miss('send')
  await hers.write('org-words', '1单元')
  await hers.tap('org-find')
  await hers.tap('org-hit', '七号楼')
  await hers.see('org-card', '七号楼')
  await fill('close', { 'place-reason': '房屋拆除' })
  await done()
  await hers.see('org-name', '七号楼')
  await fill('close', { 'place-reason': '房屋拆除' })
  await done()
  await hers.see('org-name', '第二网格')
  holds((await staff.get('/v1/nodes/' + building.id)).node.state === 'closed', 'a closed building', building)

  await hers.tap('org-hit', '第一网格 › 3栋')
  await hers.see('households', '101')
  await hers.write('household-room', '601')
  await hers.tap('household-add')
  await hers.see('households', '601')
  await hers.check('households')
  const unit = await named((await named(first.id, '3栋')).id, '1单元')
  holds((await staff.get(`/v1/nodes/${unit.id}/households?limit=100`)).items.some((h) => h.room === '601'), 'a new home', unit)

  await hers.write('org-words', '')
  await hers.tap('org-find')
  await go('第二网格')
  await unfold('第二网格')
  await hers.see('org-tree', '5栋')
  await hers.miss('org-tree', '七号楼')
  await go('第一网格')
  await fill('split', { 'split-name-0': '东片', 'split-name-1': '西片', 'split-reason': '网格党支部与治理网格一致' })
  await hers.see('plan', '还没有分：3栋、5栋')
  await hers.tap('send')
  await hers.see('problem', '每个楼栋和单元都要分到')
  for (const [building, part] of [['3栋', '东片'], ['5栋', '西片']]) {
    await hers.naming(`to give ${building} to ${part}`, () => hers.get('split-child').filter({ hasText: building }).getByText(part).click())
  }
  has(await hers.see('plan', '东片：3栋'), '西片：5栋')
  await hers.check('split')
  await done()
  await hers.see('org-name', '东片')
  await hers.see('org-tree', '西片')
  await hers.miss('org-tree', '第一网格')
  has(await hers.see('org-history'), '从“第一网格”拆分出来')
  const [east, west] = [await named(home, '东片'), await named(home, '西片')]
  holds((await below(east.id)).map((n) => n.name).join() === '3栋' && (await below(west.id)).map((n) => n.name).join() === '5栋', 'two grids', [east, west])

  const here = (await staff.get('/v1/nodes/' + home)).node.name
  await go(here)
  await fill('merge', { 'merge-name': '中心网格', 'merge-reason': '合并' })
  const tick = (name) => hers.naming('to tick ' + name, () => hers.get('merge-grids').getByText(name, { exact: true }).click())
  for (const name of ['东片', '西片', '第二网格']) await tick(name)
  await hers.see('plan', '有同名的：3栋、5栋')
  await hers.check('merge')
  await tick('第二网格')
  await hers.miss('plan', '有同名的')
  has(await hers.see('plan', '中心网格下面会有'), '东片的 3栋', '西片的 5栋')
  await done()
  await hers.see('org-name', '中心网格')
  await hers.see('org-card', '2 个')
  await hers.check('merged')
  const merged = await named(home, '中心网格')
  holds((await below(merged.id)).length === 2 && (await staff.get('/v1/nodes/' + east.id)).became[0]?.id === merged.id, 'one grid again', merged)
}

async function divide(his, admin) {
  await his.logInAs('admin')
  await his.open('org')
  await his.tap('divisions')
  await his.page.locator('[data-testid=divisions-file] input').setInputFiles({
    name: '区划.csv', mimeType: 'text/csv', buffer: Buffer.from('code,name,level,parent_code\n340802004,人民路街道,street,340802\n340802004099,新建居委会,community,340802004\n'),
  })
  await his.see('form', '区划.csv')
  await his.check('divisions')
  await his.tap('send')
  await his.miss('send')
  const home = (await admin.get('/v1/me')).roles[0].node_id
  holds((await admin.get(`/v1/nodes/${home}/find?name=${encodeURIComponent('新建居委会')}`)).items[0]?.node.code === '340802004099', 'a new community', home)
  await his.write('org-words', '新建居委会')
  await his.tap('org-find')
  await his.tap('org-hit')
  await his.see('org-card', '340802004099')
  await his.check('divided')
}
