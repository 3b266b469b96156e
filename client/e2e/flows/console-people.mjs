// What a clerk of the community does about residents: answers who wants data put right, decides about a child's
// guardian, registers what changes of somebody, and founds an association.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const hers = await desk()
  await hers.logInAs('staff')

  await rectify(server, hers)
  await guard(server, hers, staff, home)
  await register(server, hers, staff, home)
  await associate(server, hers, staff, home)
}

async function rectify(server, hers) {
  const [mother, neighbour] = [await server.as('resident'), await server.as('candidate')]
  await mother.post('/v1/me/rectifications', { what: 'birth_date', words: '出生日期登记错了，请核对身份证' })
  await neighbour.post('/v1/me/rectifications', { what: 'name', words: '应当是许静静' })
  await hers.open('rectifications')
  await hers.see('table', '应当是许静静')
  await hers.check('rectifications')
  await hers.tapInRow('请核对身份证', 'rectification-person')
  has(await hers.see('person', '李小梅'), '这次查看已经留下记录')
  await hers.tap('person-correct')
  await hers.choose('particular', '身份证号')
  await hers.write('right-value', '340899198803050021') // a digit that is wrong
  await hers.write('person-reason', '按身份证核对')
  await hers.tap('send')
  await hers.see('problem', '校验位不对')
  hers.refused(422, '/correct')
  await hers.check('correct')
  await hers.write('right-value', '340899198803050029') // with it comes the birth date
  await hers.tap('send')
  await hers.miss('person')
  await hers.tapInRow('请核对身份证', 'rectification-done')
  await hers.write('why', '按身份证改成1988年3月5日')
  await hers.check('rectified')
  await hers.say('按身份证改成1988年3月5日')
  await hers.see('table', '已经改正')
  await hers.tapInRow('应当是许静静', 'rectification-refuse')
  await hers.say('身份证上是许静')
  await hers.see('table', '没有改')
  await hers.check('answered')
  const state = async (who) => (await who.get('/v1/me/rectifications')).items[0]
  holds((await state(mother)).state === 'done' && (await state(mother)).answer.includes('1988'), 'an answer', await state(mother))
  holds((await state(neighbour)).state === 'refused', 'a refusal', await state(neighbour))
  const data = JSON.stringify(await mother.get('/v1/me/data'))
  has(data, '1988-03-05')
}

async function guard(server, hers, staff, home) {
  const form = new FormData()
  form.append('file', new Blob(['\ufeff网格,楼栋,单元,房号,姓名,出生日期,监护人\n第一网格,3栋,1单元,101,李小童,2016-05-01,李小梅\n']), 'roster.csv')
  let table = await staff.post(`/v1/nodes/${home}/imports?kind=roster&dry_run=false`, form)
  for (let i = 0; i < 100 && (table.state === 'queued' || table.state === 'running'); i++) {
    await new Promise((done) => setTimeout(done, 100))
    table = await staff.get('/v1/imports/' + table.id)
  }
  holds(table.state === 'done' && table.added === 1, 'the child', table)
  const mother = await server.as('resident')
  const { version } = await mother.get('/v1/consents/children')
  const ask = () => mother.post('/v1/guardianships', { child_name: '李小童', birth_date: '2016-05-01', relation: 'parent', consent_version: version })
  const tie = async () => (await mother.get('/v1/me/children')).items[0]

  await hers.open('guardianships')
  await hers.see('empty')
  await hers.choose('guardianships-state', '等监护人同意')
  await hers.tap('filter')
  await hers.see('table', '李小童')
  await hers.tap('guardianship-end')
  await hers.say('名册写错了')
  await hers.see('table', '名册写错了')
  holds((await tie()).state === 'ended', 'the end of it', await tie())

  await ask()
  await hers.choose('guardianships-state', '等社区核实')
  await hers.tap('filter')
  await hers.see('table', '待社区核实')
  await hers.check('guardianships')
  await hers.tap('guardianship-confirm')
  await hers.agree('已经核实')
  await hers.see('table', '监护人已同意')
  holds((await tie()).counts, 'a consent that counts', await tie())
  await hers.tap('guardianship-end')
  await hers.write('why', '登记有误')
  await hers.check('guardianship-end')
  await hers.say('登记有误')
  await hers.see('table', '登记有误')
  holds((await tie()).state === 'ended', 'the end of it', await tie())

  // The community names her itself; whether she agrees is for her to say.
  await hers.open('people')
  await hers.tapInRow('李小童', 'person-open')
  await hers.see('person', '2016-05-01')
  await hers.check('child')
  await hers.tap('person-guardian')
  await hers.choose('person-pick', '李小梅')
  await hers.check('guardian')
  await hers.tap('send')
  await hers.miss('person')
  holds((await mother.get('/v1/me/children')).items.some((g) => g.state === 'named'), 'a guardian to decide', await tie())
  await hers.open('guardianships')
  await hers.choose('guardianships-state', '等监护人同意')
  await hers.tap('filter')
  await hers.see('table', '待监护人同意')
}

async function register(server, hers, staff, home) {
  const candidate = await server.as('candidate')
  const change = async (what, fill) => {
    await hers.tapInRow('许静', 'person-open')
    await hers.tap('person-' + what)
    await fill()
    await hers.write('person-reason', '本人来社区办理')
    await hers.check(what)
    await hers.tap('send')
    await hers.miss('person')
  }
  await hers.open('people')
  await hers.see('table', '许静')
  await change('limit', async () => {
    await hers.write('limit-a-day', '2')
    await hers.write('limit-days', '3')
  })
  const limit = (await candidate.get('/v1/me/report-limits')).items[0]
  holds(limit.a_day === 2 && limit.counts && limit.reason === '本人来社区办理', 'a limit', limit)
  await change('move', async () => {
    await hers.choosePlace('person-unit', '第一网格', '5栋', '2单元')
    await hers.write('person-room', '502')
  })
  const moved = (await staff.get(`/v1/nodes/${home}/people?limit=100`)).items.find((p) => p.name === '许静')
  has(moved.place, '第一网格5栋2单元')
  holds(moved.bound, 'an account still', moved)
  await change('unbind', async () => {})
  holds(!(await staff.get(`/v1/nodes/${home}/people?limit=100`)).items.find((p) => p.name === '许静').bound, 'no account any more', moved)
  await hers.see('table', '没有绑定')
}

async function associate(server, hers, staff, home) {
  const all = async () => (await staff.get(`/v1/nodes/${home}/associations?limit=100`)).items
  const lead = async (name) => {
    await hers.choosePlace('person-pick-unit', '第一网格', '3栋', '1单元')
    await hers.choose('person-pick', name)
  }
  await hers.open('associations')
  await hers.see('title', '联谊会')
  await hers.check('associations')
  await hers.tap('association-new')
  await hers.write('association-name', '夕阳红合唱队')
  await lead('陈秀英')
  await hers.check('association')
  await hers.tap('send')
  await hers.see('table', '夕阳红合唱队')
  holds((await all()).some((a) => a.name === '夕阳红合唱队' && a.lead === '陈秀英'), 'an association', await all())

  await hers.tapInRow('夕阳红合唱队', 'association-hand-over')
  await hers.see('form', '现在由陈秀英负责')
  await lead('李小梅')
  await hers.check('hand-over')
  await hers.tap('send')
  await hers.see('table', '李小梅')
  holds((await (await server.as('resident')).get('/v1/associations/mine')).items.length === 1, 'a new lead', await all())

  await hers.tapInRow('夕阳红合唱队', 'association-end')
  await hers.say('成员搬迁')
  await hers.see('table', '已解散')
  await hers.check('ended')
  holds(!(await all()).some((a) => a.name === '夕阳红合唱队'), 'none any more', await all())
}
