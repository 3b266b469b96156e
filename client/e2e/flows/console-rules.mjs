// The district sets what service earns, when points expire, and which matters are reported in how much time. The
// community takes back what was not true: a certificate, hours, an attendance; and redeems for somebody without a telephone.
import { has, hasNot, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const boss = await desk()
  await boss.logInAs('admin')
  const admin = await server.as('admin')
  const district = (await admin.get('/v1/me')).roles[0].node_id
  await rule(boss, admin, district)
  await expire(boss, server, admin, district)
  await categorise(boss, server, admin)

  const hers = await desk()
  await hers.logInAs('staff')
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  await annul(hers, server, staff, home)
  await certify(hers, server, staff, home)
  await attend(hers, server, staff)
  await redeem(hers, server, staff, home)
}

const far = (days) => new Date(Date.now() + days * 24 * 3_600_000 + 8 * 3_600_000).toISOString().slice(0, 10)

/** date writes a day into a field for one. */
async function date(hers, id, day) {
  await hers.write(id, day)
  await hers.page.keyboard.press('Enter')
}

async function rule(boss, admin, district) {
  const rules = async () => (await admin.get(`/v1/nodes/${district}/points-rules`)).items
  await boss.open('points-rules')
  await boss.see('rule-standing', '正在执行')
  await boss.check('points-rules')
  await boss.tap('rule-new')
  await boss.tap('send')
  await boss.see('problem', '哪天开始')
  await boss.choose('rule-kind', '助老')
  await boss.write('rule-per-hour', '12')
  await boss.write('rule-cap-points', '96')
  await date(boss, 'rule-from', far(40))
  await boss.check('points-rule')
  await boss.tap('send')
  await boss.miss('send')
  await boss.see('rule-standing', '还没有开始')
  const made = (await rules()).find((r) => r.per_hour === 12)
  holds(made?.cap_points === 96 && made.cap_minutes === 480 && made.kind === 'elderly' && made.from.startsWith(far(40)), 'a rule to come', made)
  await boss.tap('rule-withdraw')
  await boss.agree('撤回')
  await boss.see('rule-standing', '已撤回')
  await boss.check('rule-withdrawn')
  holds((await rules()).find((r) => r.id === made.id).withdrawn_at, 'a rule withdrawn', made)
}

async function expire(boss, server, admin, district) {
  const resident = await server.as('resident')
  await boss.open('expiries')
  await boss.see('empty')
  await boss.check('no-expiries')
  await boss.tap('expiry-new')
  await date(boss, 'expiry-before', far(0))
  await date(boss, 'expiry-at', far(60))
  await boss.write('expiry-reason', '积分当年有效')
  has(await boss.see('expiry-says'), '全体居民', '不能恢复')
  await boss.tap('send')
  await boss.see('problem', '打勾')
  await boss.tap('expiry-sure')
  await boss.check('expiry')
  await boss.tap('send')
  await boss.see('table', '积分当年有效')
  const mine = async () => (await resident.get('/v1/expiry-policies/mine')).items
  const ahead = (await mine())[0]
  holds(ahead?.effective_at.startsWith(far(60)) && ahead.earned_before.startsWith(far(0)) && ahead.points > 0, 'points that will expire', ahead)
  await boss.tap('expiry-revoke')
  await boss.write('why', '政策调整')
  await boss.check('expiry-revoke')
  await boss.say('政策调整')
  await boss.see('table', '已撤回')
  await boss.check('expiry-revoked')
  const held = (await admin.get(`/v1/nodes/${district}/expiry-policies`)).items[0]
  holds(held.state === 'revoked' && held.revoke_reason === '政策调整' && (await mine()).length === 0, 'nothing that expires', held)
}

async function categorise(boss, server, admin) {
  const resident = await server.as('resident')
  const all = async () => (await admin.get('/v1/matter-categories/all'))
  const one = async (code) => (await all()).categories.find((c) => c.code === code)
  await boss.open('categories')
  await boss.see('table', '公共设施维修')
  await boss.check('categories')
  await boss.tap('category-new')
  await boss.write('category-name', '绿化养护')
  await boss.write('category-code', 'greening')
  await boss.write('category-hint', '树木倒伏、草坪破损')
  await boss.tap('question-add')
  await boss.write('question-words', '哪一种？')
  await boss.choose('question-kind', '选一个答案')
  await boss.write('question-choices', '树木\n草坪')
  await boss.check('category')
  await boss.tap('send')
  await boss.see('table', '绿化养护')
  const made = (await resident.get('/v1/matter-categories')).categories.find((c) => c.code === 'greening')
  holds(made?.questions[0]?.options.join() === '树木,草坪' && made.shared, 'a category to report', made)

  // What a category asks stays as it was when something else of it is changed.
  const before = (await one('safety')).questions
  await boss.tapInRow('安全隐患', 'category-change')
  await boss.see('question')
  await boss.write('category-hint', '消防通道、电线、燃气')
  await boss.check('category-change')
  await boss.tap('send')
  await boss.miss('send')
  const after = await one('safety')
  holds(after.hint === '消防通道、电线、燃气' && JSON.stringify(after.questions) === JSON.stringify(before), 'the same questions', [before, after])

  await boss.tapInRow('绿化养护', 'limit-chief')
  await boss.see('form', '绿化养护')
  await boss.write('limit-accept', '12')
  await boss.write('limit-resolve', '48')
  await boss.check('limit')
  await boss.tap('send')
  await boss.see('table', '12小时受理，48小时办结')
  await boss.naming('to change the common limit', () => boss.get('common-limits').getByTestId('limit-community').click())
  await boss.write('limit-resolve', '200')
  await boss.tap('send')
  await boss.see('common-limits', '200小时办结')
  holds((await one('greening')).limits[0].accept_hours === 12 && (await all()).common_limits.some((l) => l.resolve_hours === 200), 'two limits', await all())

  await boss.tapInRow('绿化养护', 'limit-chief')
  await boss.choose('limit-own', '通用的时限')
  await boss.check('limit-common')
  await boss.tap('send')
  await boss.miss('table', '12小时受理，48小时办结')
  holds((await one('greening')).limits.length === 0, 'the common limit again', await one('greening'))

  await boss.tapInRow('绿化养护', 'category-end')
  await boss.agree('停用')
  await boss.see('table', '已停用')
  await boss.check('category-ended')
  holds(!(await resident.get('/v1/matter-categories')).categories.some((c) => c.code === 'greening'), 'a category that takes nothing', await one('greening'))
  await boss.tapInRow('绿化养护', 'category-begin')
  await boss.miss('table', '已停用')
  holds(!(await one('greening')).ended_at, 'a category that begins again', await one('greening'))
}

async function annul(hers, server, staff, home) {
  const resident = await server.as('resident')
  await hers.open('flags')
  await hers.tap('flag-rules')
  has(await hers.see('flag-rules', '40小时'), '补记过晚')
  await hers.check('flag-rules')

  const before = (await resident.get('/v1/me/points')).balance
  await hers.open('hours')
  await hers.choose('hours-state', '已确认')
  await hers.tap('filter')
  await hers.see('hours-void')
  await hers.check('hours')
  await hers.tapInRow('李小梅', 'hours-void')
  has(await hers.see('form'), '积分同时收回')
  await hers.write('why', '本人没有参加')
  await hers.check('hours-void')
  await hers.say('本人没有参加')
  await hers.see('table', '本人没有参加')
  const void_ = (await staff.get(`/v1/nodes/${home}/hours?state=void`)).items[0]
  const after = (await resident.get('/v1/me/points')).balance
  holds(void_?.name === '李小梅' && before - after === 30, 'hours that are void, their points taken back', { void_, before, after })
}

async function certify(hers, server, staff, home) {
  const resident = await server.as('resident')
  const ask = () => resident.post('/v1/certificates', { from: '2026-01-01', to: far(0) })
  const taken = await ask()
  await hers.open('certificates')
  await hers.see('certificate-issue')
  await resident.post(`/v1/certificates/${taken.id}/withdraw`)
  await hers.tap('certificate-issue')
  has(await hers.see('problem'), '撤回')
  hers.refused(409, '/issue')
  await hers.miss('certificate-issue') // what has been taken back meanwhile is not offered any more

  const asked = await ask()
  await staff.post(`/v1/certificates/${asked.id}/issue`)
  await hers.choose('certificates-state', '已出具')
  await hers.tap('filter')
  await hers.tap('certificate-revoke')
  await hers.write('why', '记录有误')
  await hers.check('certificate-revoke')
  await hers.say('记录有误')
  await hers.see('table', '已撤销')
  await hers.check('certificate-revoked')
  const held = await resident.get('/v1/certificates/' + asked.id)
  holds(held.state === 'revoked' && held.reason === '记录有误', 'a certificate revoked', held)
}

async function attend(hers, server, staff) {
  const chief = await server.as('chief')
  const unit = (await chief.get('/v1/me')).roles[0].node_id
  const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
  const activity = await chief.post(`/v1/nodes/${unit}/activities`, { kind: 'environment', title: '楼前扫雪', place: '3栋楼前', starts_at: at(20), ends_at: at(80), audience: 'everybody' })
  const people = (await staff.get(`/v1/nodes/${unit}/people?limit=100`)).items
  const id = (name) => people.find((p) => p.name === name).person_id
  await chief.post(`/v1/activities/${activity.id}/people/${id('何晓燕')}/sign-up`)
  await chief.post(`/v1/activities/${activity.id}/people/${id('陈秀英')}/sign-up`)
  await chief.post(`/v1/activities/${activity.id}/people/${id('陈秀英')}/check-in`)

  await hers.open('activities')
  await hers.tap('activity', '楼前扫雪')
  await hers.see('table', '何晓燕')
  await hers.check('activity')
  await hers.tapInRow('何晓燕', 'sign-off-for')
  await hers.agree('代为退出')
  await hers.miss('table', '何晓燕')
  await hers.tapInRow('陈秀英', 'attendance-void')
  await hers.write('why', '签错了人')
  await hers.check('attendance-void')
  await hers.say('签错了人')
  await hers.see('table', '已作废')
  await hers.check('attendance')
  const signed = (await staff.get(`/v1/activities/${activity.id}/sign-ups`)).items
  holds(signed.length === 1 && signed[0].attendance.state === 'void' && signed[0].attendance.reason === '签错了人', 'one who signed up, and did not come', signed)
}

async function redeem(hers, server, staff, home) {
  const chief = await server.as('chief')
  const elder = (await staff.get(`/v1/nodes/${home}/people?limit=100`)).items.find((p) => p.name === '何晓燕')
  const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString()
  const { kinds } = await staff.get('/v1/service-kinds')
  const filed = await staff.post(`/v1/people/${elder.person_id}/hours`, { kind: kinds[0].code, content: '扫楼道', place: '3栋1单元', starts_at: ago(5), ends_at: ago(2) })
  await chief.post(`/v1/hours/${filed.id}/confirm`, {})
  const reward = await staff.post(`/v1/nodes/${home}/rewards`, { name: '毛巾一条', points: 10, cost: 500, place: '社区服务大厅', pick_up_days: 14, per_person: 0, per_period: 'none', photo_ids: [] })
  await staff.post(`/v1/rewards/${reward.id}/stock`, { pieces: 3 })

  await hers.open('redemptions')
  await hers.tap('redeem-for')
  await hers.write('redeem-number', '15400000098')
  await hers.tap('redeem-find')
  await hers.see('form', '没有这个号码')
  await hers.write('redeem-number', '154 0000 0099')
  await hers.tap('redeem-find')
  await hers.see('redeem-found', '何晓燕')
  await hers.choose('redeem-reward', '毛巾一条')
  await hers.check('redeem-for')
  await hers.tap('send')
  has(await hers.see('entered'), '毛巾一条', '请抄给本人')
  await hers.check('entered')
  const made = (await staff.get(`/v1/nodes/${home}/redemptions?state=reserved`)).items.find((r) => r.reward_name === '毛巾一条')
  holds(made?.entered_by && made.points === 10, 'a redemption for her', made)
  await hers.tap('hand-out-now')
  has(await hers.see('handed'), '毛巾一条', '代办')
  holds((await staff.get('/v1/redemptions/' + made.id)).state === 'fulfilled', 'a redemption handed out', made)

  // By the unit where she lives; the one who has an account redeems for himself.
  await hers.tap('redeem-for')
  await hers.tap('redeem-by-unit')
  await hers.choosePlace('person-pick-unit', '第一网格', '3栋', '1单元')
  await hers.choose('person-pick', '张卫东')
  await hers.choose('redeem-reward', '毛巾一条')
  await hers.tap('send')
  await hers.see('problem')
  await hers.check('redeem-by-unit')
  hers.refused(409, '/redemptions')
  hasNot(JSON.stringify((await staff.get(`/v1/nodes/${home}/redemptions?state=reserved`)).items), '毛巾一条')
}
