// 何晓燕 has no phone. 王建国 signs her up for what he organises and off again, takes back a check-in that was a
// mistake, and redeems her points for her. His unit's group is bound in WeChat. His house is a tall one: he finds whom he
// looks for among all who live there, and sees all who come.
import { has, holds, until } from '../say.mjs'

/** moveIn enters so many more residents of his unit in the roster. */
async function moveIn(server, many) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const rows = Array.from({ length: many }, (_, i) => `第一网格,3栋,1单元,${1001 + i},邻居${i + 1}号,1550000${String(1001 + i)},,1980-05-01,群众`)
  const form = new FormData()
  form.append('file', new Blob(['\ufeff' + ['网格,楼栋,单元,房号,姓名,手机号,身份证号,出生日期,政治面貌', ...rows].join('\n')], { type: 'text/csv' }), '名册.csv')
  const { id } = await staff.post(`/v1/nodes/${home}/imports?kind=roster&dry_run=false`, form)
  await until('the roster', async () => (await staff.get('/v1/imports/' + id)).state === 'done')
}

/** everybody gives all who live in a unit. */
async function everybody(who, unit) {
  const all = []
  for (let cursor = ''; cursor !== undefined;) {
    const slice = await who.get(`/v1/nodes/${unit}/people?limit=100&cursor=${cursor}`)
    all.push(...slice.items)
    cursor = slice.next
  }
  return all
}

/** speak reports for her, answers for her what is asked, and somebody who has not worked on it rates it for her. */
async function speak(server, phone, his, chief, she) {
  const matter = await chief.post(`/v1/people/${she}/matters`, { category: 'repair', words: '窗户关不上', anonymity: 'named' })
  const move = async (what, words) => chief.post(`/v1/matters/${matter.id}/${what}`, { seen: (await chief.get('/v1/matters/' + matter.id)).seen, words })
  await move('accept')
  await move('ask', '哪一扇？')
  await his.goTo('/staff/matter/index?id=' + matter.id)
  await his.tap('desk-answer')
  await his.write('desk-say', '她说是厨房的')
  await his.check('answer-for')
  await his.tap('desk-send')
  await until('an answer for her', async () => (await chief.get('/v1/matters/' + matter.id)).events.some((e) => e.words === '她说是厨房的'))
  await move('resolve', '换了合页')
  const hers = await phone()
  await hers.goTo('/pages/login/index')
  await hers.tap('login-persona-secretary')
  await hers.see('tab-desk')
  await hers.goTo('/staff/matter/index?id=' + matter.id)
  await hers.tap('desk-satisfied')
  await hers.write('desk-say', '问过她，关得上了')
  await hers.check('rate-for')
  await hers.tap('desk-send')
  await until('a matter that is over', async () => (await chief.get('/v1/matters/' + matter.id)).state === 'closed')
}

export default async function ({ server, phone }) {
  const chief = await server.as('chief')
  const secretary = await server.as('secretary')
  const { unit_id: unit } = await chief.get('/v1/me')
  const { kinds } = await chief.get('/v1/service-kinds')
  const she = (await chief.get(`/v1/nodes/${unit}/people?limit=100`)).items.find((p) => p.name === '何晓燕')
  const after = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
  const cleaning = await chief.post(`/v1/nodes/${unit}/activities`, { kind: kinds[0].code, title: '楼道大扫除', place: '楼下', starts_at: after(15), ends_at: after(75), audience: 'everybody' })

  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-chief')
  await his.see('tab-desk')
  await his.goTo(`/staff/people/index?unit=${unit}&activity=${cleaning.id}`)
  await his.write('people-seek', '何晓燕')
  await his.tap('person-open')
  await his.tap('person-sign-up')
  await his.goTo('/staff/activities/one?id=' + cleaning.id)
  has(await his.see('signed-up', '何晓燕'), '由别人代报')
  await his.tap('hand-in')
  await his.see('signed-up', '签到')
  await his.tap('hand-void')
  await his.write('hand-reason', '签错了人')
  await his.check('voiding')
  await his.tap('hand-no')
  has(await his.see('signed-up', '已作废'), '签错了人')
  await his.check('void')
  const there = async () => (await chief.get(`/v1/activities/${cleaning.id}/sign-ups`)).items.find((p) => p.person_id === she.person_id)
  holds((await there()).attendance.state === 'void', 'a check-in taken back', await there())
  await his.tap('hand-off')
  await his.miss('hand-off')
  holds(!await there(), 'a place that is free again', await there())

  // More people than the server gives at a time.
  await moveIn(server, 105)
  const all = await everybody(chief, unit)
  holds(all.length > 105, 'a tall house', all.length)
  await his.goTo('/staff/people/index?unit=' + unit)
  await his.write('people-seek', all.at(-1).name)
  await his.see('person', all.at(-1).name)
  await his.miss('people-empty')
  for (const p of all.filter((one) => one.name.startsWith('邻居')).slice(0, 22)) await chief.post(`/v1/activities/${cleaning.id}/people/${p.person_id}/sign-up`)
  await his.goTo('/staff/activities/one?id=' + cleaning.id)
  await his.see('signed-up')
  await until('all who have signed up', async () => await his.get('signed-up').count() === 22)
  await his.check('many')

  // Her hours are written down by him and confirmed by the branch.
  for (const day of [1, 2]) {
    const h = await chief.post(`/v1/people/${she.person_id}/hours`, { kind: kinds[0].code, content: '照看老人', place: '3栋', starts_at: after(-day * 1440 - 300), ends_at: after(-day * 1440) })
    await secretary.post(`/v1/hours/${h.id}/confirm`, {})
  }
  await his.goTo('/staff/people/index?unit=' + unit)
  await his.write('people-seek', '何晓燕')
  await his.tap('person-open')
  await his.check('person')
  await his.tap('person-redeem')
  has(await his.see('redeem-for'), '何晓燕', '现在有')
  await his.see('reward', '理发券')
  await his.check('rewards')
  has(await his.see('reward', '大米'), '还差') // what her points are not enough for has no button
  await his.tapIn('reward', '理发券', 'reward-redeem')
  await his.agree('兑换')
  has(await his.see('redeemed'), '何晓燕', '60 分')
  await his.check('redeemed')
  const staff = await server.as('staff')
  const community = (await staff.get('/v1/me')).roles[0].node_id
  const got = (await staff.get(`/v1/nodes/${community}/redemptions?state=reserved`)).items.find((r) => r.reward_name === '理发券')
  holds(got?.entered_by === '王建国' && got.person.startsWith('何'), 'a redemption entered for her', got)

  await speak(server, phone, his, chief, she.person_id)

  await his.goTo('/staff/desk/index')
  await his.tap('desk-group')
  has(await his.see('group-of-unit'), '还没有绑定')
  await his.check('group')
  if (his.inWeChat) {
    await his.tap('group-bind')
    has(await his.see('problem'), '不是从微信群里打开的')
  } else await his.see('group-in-wechat')
  his.refused(404, '/group/members')
}
