// The community at its phone: 李小梅 asks for one child and is refused another, has her record put right, objects to a
// public notice; 张卫东 is limited and objects, which somebody else decides; photos and words wait for a person.
import { doubtful } from '../photo.mjs'
import { has, hasNot, holds, until } from '../say.mjs'

export default async function ({ server, phone }) {
  const staff = await server.as('staff')
  const resident = await server.as('resident')
  const community = (await staff.get('/v1/me')).roles[0].node_id
  const { unit_id: unit } = await resident.get('/v1/me')

  // What comes about by itself on other people's phones.
  const handIn = async (lines, dryRun) => {
    const form = new FormData()
    form.append('file', new Blob(['\ufeff网格,楼栋,单元,房号,姓名,出生日期\n' + lines.map((l) => '第一网格,3栋,1单元,' + l).join('\n')]), 'roster.csv')
    const { id } = await staff.post(`/v1/nodes/${community}/imports?kind=roster&dry_run=${dryRun}`, form)
    return until('the end of an import', async () => {
      const table = await staff.get('/v1/imports/' + id)
      return table.state !== 'queued' && table.state !== 'running' && table
    })
  }
  const table = await handIn(['101,李小童,', '101,李小果,'], false)
  holds(table.added === 2, 'two children', table)
  const wrong = await handIn(['101,李小桃,2016-13-01'], true)
  holds(wrong.faults > 0, 'faults', wrong)
  const people = async () => (await staff.get(`/v1/nodes/${unit}/people?limit=100`)).items
  for (const p of await people()) {
    if (!['李小童', '李小果'].includes(p.name)) continue
    await staff.post(`/v1/people/${p.person_id}/correct`, { what: 'birth_date', value: '2016-05-01', reason: '户口簿核对' })
    await resident.post('/v1/guardianships', { child_name: p.name, birth_date: '2016-05-01', relation: 'parent', consent_version: 1 })
  }
  await resident.post('/v1/me/rectifications', { what: 'phone', words: '手机号换了，应当是尾号0007' })
  await resident.post('/v1/me/rectifications', { what: 'home', words: '应当是102室' })
  const now = new Date()
  const quarter = { year: now.getFullYear(), quarter: Math.floor(now.getMonth() / 3) } // the one before this
  if (quarter.quarter === 0) Object.assign(quarter, { year: quarter.year - 1, quarter: 4 })
  const notice = await staff.post(`/v1/nodes/${community}/public-notices`, quarter)
  await resident.post(`/v1/public-notices/${notice.id}/objections`, { text: '第1行的日期不对' })
  const upload = async (wide) => {
    const form = new FormData()
    form.append('file', new Blob([doubtful(wide)], { type: 'image/png' }), 'photo.png')
    return (await resident.post('/v1/files', form)).id
  }
  const photos = [await upload(480), await upload(400)]
  const lamp = await resident.post('/v1/matters', { category: 'repair', words: '三楼的灯坏了，王大妈（电话13900000000）也说', anonymity: 'named', photos })
  const leaflets = await resident.post('/v1/matters', { category: 'repair', words: '楼道里贴满了加微信的小广告', anonymity: 'named' })
  const selling = await resident.post('/v1/matters', { category: 'repair', words: '我家修门窗，要的加微信', anonymity: 'named' })
  await until('two photos for a person', async () => (await staff.get(`/v1/nodes/${community}/photo-reviews`)).items.length === 2)
  await until('words for a person', async () => (await staff.get(`/v1/nodes/${community}/matter-reviews`)).items.length === 2)

  const hers = await phone()
  await hers.goTo('/pages/login/index')
  await hers.tap('login-persona-staff')
  await hers.tap('tab-desk')
  has(await hers.see('desk-guardianships'), '2')
  has(await hers.see('desk-rectifications'), '2')
  has(await hers.see('desk-objections'), '1')
  has(await hers.see('desk-photo-reviews'), '2')
  has(await hers.see('desk-matter-reviews'), '2')
  await hers.check('desk')

  await hers.tap('desk-guardianships')
  has(await hers.see('guardianship-item', '李小童'), '李小梅', '爸爸或妈妈')
  await hers.tapIn('guardianship-item', '李小童', 'guardianship-look')
  has(await hers.see('guardianship-person'), '2016年5月1日', '101')
  await hers.check('guardianships')
  await hers.tapIn('guardianship-item', '李小童', 'guardianship-approve')
  await hers.miss('guardianship-item', '李小童')
  await hers.tapIn('guardianship-item', '李小果', 'guardianship-refuse')
  await hers.write('guardianship-reason', '户口簿上不是您的孩子')
  await hers.check('guardianship-refusing')
  await hers.tap('guardianship-no')
  await hers.see('guardianships-empty')
  const children = (await resident.get('/v1/me/children')).items
  holds(children.find((g) => g.child_name === '李小童').counts, 'a consent that counts', children)
  holds(children.find((g) => g.child_name === '李小果').reason === '户口簿上不是您的孩子', 'a child refused', children)

  await hers.goTo('/staff/rectifications/index')
  await hers.tapIn('rectification-item', '尾号0007', 'rectification-look')
  has(await hers.see('rectification-person'), '李小梅', '身份证号')
  await hers.check('rectifications')
  await hers.tapIn('rectification-item', '尾号0007', 'rectification-approve')
  await hers.write('rectification-reason', '手机号改好了')
  await hers.check('rectification-done')
  await hers.tap('rectification-yes')
  await hers.miss('rectification-item', '尾号0007')
  await hers.tapIn('rectification-item', '102室', 'rectification-refuse')
  await hers.write('rectification-reason', '产权证上是101室')
  await hers.tap('rectification-no')
  await hers.see('rectifications-empty')
  const asked = (await resident.get('/v1/me/rectifications')).items
  holds(asked.some((r) => r.state === 'done' && r.answer === '手机号改好了') && asked.some((r) => r.state === 'refused' && r.answer === '产权证上是101室'), 'two answers', asked)

  await hers.goTo('/staff/objections/index')
  await hers.see('objection-item', '第1行')
  await hers.check('objections')
  await hers.tap('objection-notice')
  await hers.see('public-notice-sums')
  await hers.back()
  await hers.tapIn('objection-item', '第1行', 'objection-approve')
  await hers.write('objection-reason', '经核实，第1行的日期应为3月2日')
  await hers.check('objection-upholding')
  await hers.tap('objection-yes')
  await hers.see('objections-empty')
  const shown = await resident.get('/v1/public-notices/' + notice.id)
  holds(shown.corrections.some((c) => c.text.includes('3月2日')), 'a public correction', shown.corrections)

  await hers.goTo('/staff/photo-reviews/index')
  await hers.see('photo-review-picture')
  await hers.check('photos')
  await hers.tap('photo-review-approve')
  await until('one photo left', async () => await hers.get('photo-review-item').count() === 1)
  await hers.tap('photo-review-refuse')
  await hers.write('photo-review-reason', '拍到了别人的证件')
  await hers.check('photo-refusing')
  await hers.tap('photo-review-no')
  await hers.see('photo-reviews-empty')
  const states = (await resident.get('/v1/matters/' + lamp.id)).events[0].photos.map((p) => p.state).sort()
  holds(states.join() === 'pass,rejected', 'one photo of two', states)

  await hers.goTo('/staff/matter-reviews/index')
  has(await hers.see('matter-review-item', '小广告'), '微信认为要人工看一下')
  await hers.check('words')
  await hers.tapIn('matter-review-item', '小广告', 'matter-review-approve')
  await hers.miss('matter-review-item', '小广告')
  await hers.tapIn('matter-review-item', '修门窗', 'matter-review-refuse')
  await hers.write('matter-review-reason', '这是做广告')
  await hers.tap('matter-review-no')
  await hers.see('matter-reviews-empty')
  holds((await resident.get('/v1/matters/' + leaflets.id)).check_state === 'pass', 'words that passed', leaflets.id)
  holds((await resident.get('/v1/matters/' + selling.id)).check_reason === '这是做广告', 'words that did not', selling.id)

  await hers.goTo('/staff/matter/index?id=' + lamp.id)
  await hers.tap('desk-redact')
  await hers.tap('redact-words')
  await hers.write('redact-words', '三楼的灯坏了，邻居也说')
  await hers.write('redact-reason', '写了别人的电话')
  await hers.check('redacting')
  await hers.tap('redact-send')
  await hers.miss('redact-send')
  hasNot((await resident.get('/v1/matters/' + lamp.id)).words, '13900000000')
  await hers.tap('redact-before')
  has(await hers.see('redacted'), '13900000000', '吴敏')
  await hers.check('redacted')

  // A limit is made by one and decided by another.
  await hers.goTo('/staff/people/index?unit=' + unit)
  await hers.write('people-seek', '张卫东')
  await hers.tap('person-open')
  await hers.tap('person-limit')
  has(await hers.see('limit-for'), '张卫东')
  await hers.tap('limit-a-day-2')
  await hers.tap('limit-days-3')
  await hers.write('limit-reason', '一天里把同一件事报了六次')
  await hers.check('limiting')
  await hers.tap('limit-send')
  await hers.miss('limit-send')
  const member = await server.as('member')
  const limit = (await member.get('/v1/me/report-limits')).items[0]
  holds(limit?.a_day === 2 && limit.counts, 'a limit', limit)
  await member.post(`/v1/report-limits/${limit.id}/object`, { words: '几件事不一样' })
  await hers.goTo('/staff/report-limits/index')
  await hers.tapIn('limit-item', '张卫东', 'limit-approve')
  await hers.write('limit-reason', '算了')
  await hers.tap('limit-yes')
  await hers.see('problem')
  hers.refused(403, '/lift')
  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-community-secretary')
  await his.tap('tab-desk')
  await his.tap('desk-limits')
  has(await his.see('limit-item', '张卫东'), '几件事不一样', '吴敏')
  await his.check('limits')
  await his.tapIn('limit-item', '张卫东', 'limit-approve')
  await his.write('limit-reason', '看过了，是几件不同的事')
  await his.check('limit-lifting')
  await his.tap('limit-yes')
  await his.see('limits-empty')
  await his.tap('limits-running')
  await his.see('limits-empty')
  await his.check('no-limits')
  const lifted = (await member.get('/v1/me/report-limits')).items[0]
  holds(lifted.state === 'lifted' && !lifted.counts, 'a lifted limit', lifted)

  // How tables went.
  await hers.goTo('/staff/imports/one?id=' + table.id)
  has(await hers.see('import-state'), '完成')
  await hers.check('import-done')
  await hers.goTo('/staff/imports/one?id=' + wrong.id)
  has(await hers.see('import-next'), '管理台')
  await hers.see('import-fault')
  await hers.check('import-refused')

  // A record that was not true.
  await hers.goTo('/staff/hours/index')
  await hers.see('hours-at')
  await hers.check('hours')
  const served = (await member.get('/v1/me/hours?state=confirmed')).items[0]
  await hers.tapIn('hours-at', '张卫东', 'hours-void-refuse')
  await hers.write('hours-void-reason', '那天人不在')
  await hers.check('hours-voiding')
  await hers.tap('hours-void-no')
  await until('a void record', async () => (await member.get('/v1/me/hours?state=void')).items.some((h) => h.reason === '那天人不在'))
  holds(served.state === 'confirmed', 'a record that was confirmed', served)
}
