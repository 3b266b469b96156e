// A clerk hands in a roster with bad rows, reads what to mend, hands in the mended one, and writes it; then she
// looks one of the people up, and the secretary appoints a chief for a term.
import { readFile } from 'node:fs/promises'
import { has, hasNot, holds } from '../say.mjs'

export const plainly = true

const head = '网格,楼栋,单元,房号,姓名,手机号,身份证号,出生日期,政治面貌'
const table = (...rows) => ({ name: '名册.csv', mimeType: 'text/csv', buffer: Buffer.from('\ufeff' + [head, ...rows].join('\n')) })
const good = '第一网格,3栋,1单元,501,方小华,15400000501,,1980-05-01,群众'

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const hers = await desk()
  await hers.logInAs('staff')
  await hers.open('import')
  await hers.see('imports', '还没有导入过')
  await hers.check('import')

  const [blank] = await Promise.all([hers.page.waitForEvent('download'), hers.tap('import-template')])
  holds(blank.suggestedFilename().endsWith('.xlsx'), 'a template', blank.suggestedFilename())

  await hers.page.locator('[data-testid=import-file] input').setInputFiles(table(good, '第一网格,3栋,1单元,502,,1540000050,,1980-13-01,群众'))
  has(await hers.see('import-faults', '手机号'), '姓名', '3')
  await hers.check('faults')
  const [faults] = await Promise.all([hers.page.waitForEvent('download'), hers.tap('import-faults-file')])
  holds((await readFile(await faults.path())).subarray(0, 2).toString() === 'PK', 'an Excel table of what to mend', faults.suggestedFilename())
  const people = async () => (await staff.get(`/v1/nodes/${home}/people?limit=100`)).items.map((p) => p.name)
  hasNot((await people()).join(), '方小华')

  let lost = 0 // answers, while it is followed
  await hers.page.route(/\/v1\/imports\/\d+$/, (route) => (lost++ < 2 ? route.abort('connectionreset') : route.continue()))
  await hers.page.locator('[data-testid=import-file] input').setInputFiles(table(good, '第一网格,3栋,1单元,502,方小明,15400000502,,1982-12-01,群众'))
  has(await hers.see('import-result', '没有错'), '新增 2 行', '新建住户 2 户')
  await hers.check('checked')
  hasNot((await people()).join(), '方小华') // nothing is written by looking
  holds(lost > 2, 'a table that is followed past a moment without a network', lost)
  await hers.tap('import-apply')
  has(await hers.see('import-result', '已经写入'), '新增 2 行')
  await hers.see('imports', '完成')
  await hers.check('written')
  has((await people()).join(), '方小华', '方小明')

  await hers.open('people')
  await hers.see('table', '1单元')
  await hers.check('people')
  await hers.write('people-number', '15400000501')
  await hers.tap('people-find')
  await hers.see('people-found', '方小华')
  await hers.tap('found-open')
  has(await hers.see('person'), '15400000501', '501')
  await hers.check('person')
  hasNot(hers.page.url(), '1540')
  await hers.page.keyboard.press('Escape')

  const admin = await desk()
  await admin.logInAs('community-secretary')
  await admin.open('roles')
  await admin.see('table', '单元长')
  await admin.check('roles')
  await admin.tap('appoint')
  await admin.naming('to open the tree', () => admin.get('appoint-where').getByRole('button').first().click())
  for (const name of ['第一网格', '3栋']) {
    await admin.naming('to open ' + name, () => admin.get('appoint-where').getByRole('treeitem', { name }).locator('.el-tree-node__expand-icon').first().click())
  }
  await admin.naming('to see the units', () => admin.get('appoint-where').getByText('1单元', { exact: true }).first().waitFor())
  await admin.check('appoint')
  await admin.naming('to choose a unit', () => admin.get('appoint-where').getByText('1单元', { exact: true }).first().click())
  await admin.write('appoint-name', '方小明')
  await admin.write('appoint-phone', '15400000502')
  await admin.tap('send')
  await admin.see('table', '方小明')
  const roles = (await (await server.as('community-secretary')).get(`/v1/nodes/${home}/roles?below=true&limit=100`)).items
  holds(roles.some((r) => r.person_name === '方小明' && r.role === 'unit_chief'), 'a second chief', roles)

  // Whom the community may not correct is corrected by who appoints them.
  const district = await desk()
  await district.logInAs('admin')
  await district.open('roles')
  await district.tapInRow('社区党委书记', 'officer-correct')
  await district.write('officer-value', '15400000503')
  await district.write('officer-reason', '本人换了手机号')
  await district.check('officer-correct')
  await district.tap('send')
  await district.miss('send')
  const data = await (await server.as('community-secretary')).get('/v1/me/data')
  holds(data.person.phone === '15400000503' && data.changes.some((c) => c.what === 'phone'), 'a corrected number, and why', data.changes)
}
