// The community enters 李小童, who is ten and lives with 李小梅. She decides as the guardian: reads the rules and agrees,
// sees what is held of the child and takes it away, withdraws, agrees anew, and has it deleted.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const staff = await server.as('staff')
  const community = (await staff.get('/v1/me')).roles[0].node_id
  const form = new FormData()
  form.append('file', new Blob(['\ufeff网格,楼栋,单元,房号,姓名,出生日期,监护人\n第一网格,3栋,1单元,101,李小童,2016-05-01,李小梅\n']), 'roster.csv')
  let table = await staff.post(`/v1/nodes/${community}/imports?kind=roster&dry_run=false`, form)
  for (let i = 0; i < 100 && (table.state === 'queued' || table.state === 'running'); i++) {
    await new Promise((done) => setTimeout(done, 100))
    table = await staff.get('/v1/imports/' + table.id)
  }
  holds(table.state === 'done' && table.added === 1, 'the child', table)

  const mother = await server.as('resident')
  const tie = async () => (await mother.get('/v1/me/children')).items.find((g) => g.child_name === '李小童')
  holds((await tie()).state === 'named', 'a guardian who has not decided', await tie())

  const hers = await phone()
  await hers.goTo('/pages/me/index')
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.see('me-name')
  await hers.goTo('/pages/inbox/index')
  await hers.tap('notice', '孩子')
  has(await hers.see('child'), '李小童')
  await hers.see('consent-text', '未满14周岁')
  await hers.tapOff('child-agree')
  await hers.check('child-to-decide')
  await hers.tap('children-agree')
  await hers.tap('child-agree')
  await hers.see('child-open')
  await hers.check('child-agreed')
  holds((await tie()).counts, 'a consent that counts', await tie())

  await hers.tap('child-open')
  has(await hers.see('held-person'), '李小童', '2016-05-01')
  await hers.check('child-held')
  const paper = await hers.download('child-pdf')
  holds(paper.bytes.subarray(0, 5).toString() === '%PDF-', 'a paper', paper.name)

  await hers.back()
  await hers.tap('child-withdraw-sure')
  await hers.tap('child-withdraw')
  await hers.see('child-agree')
  await hers.check('child-withdrawn')
  holds((await tie()).state === 'withdrawn', 'a consent taken back', await tie())

  await hers.tap('children-agree')
  await hers.tap('child-agree')
  await hers.tap('child-open')
  await hers.tap('child-want-erase')
  await hers.tapOff('child-erase')
  await hers.tap('child-erase-sure')
  await hers.check('child-erase')
  await hers.tap('child-erase')
  await hers.see('child-erased')
  await hers.see('kept')
  await hers.check('child-erased')
  const after = await tie()
  holds(!after?.counts, 'no consent for the child', after)
}
