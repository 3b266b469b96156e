// 何晓燕 has just moved in: she scans the code, reads what is done with her number, says no at first, then asks
// with a number that the roster does not have. 王建国, her unit chief, recognises her, and she sees her unit. Then she
// takes her consent back, and is nobody again, until she proves the number that the roster has.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.see('unit-name')
  await hers.tap('go-login')
  await hers.tap('privacy-open')
  has(await hers.see('privacy'), '不读取您的昵称', '不同意')
  await hers.see('consent-text')
  await hers.check('privacy-notice')
  await hers.back()
  await hers.tap('login-persona-newcomer')

  has(await hers.see('consent-text'), '手机号')
  await hers.see('bind-not-agreed')
  await hers.number('bind-phone-number', '15400000077')
  await hers.check('bind-not-yet-agreed')
  await hers.tapOff('bind-phone') // without her consent nothing goes out
  const newcomer = await server.as('newcomer')
  const before = await newcomer.get('/v1/me/binding')
  holds(before.state === 'none', 'nothing of somebody who has not agreed', before)
  holds((await newcomer.get('/v1/me/consents')).items.length === 0, 'no consent', before)

  await hers.tap('bind-agree')
  await hers.tap('bind-phone')
  has(await hers.see('bind-unit-name'), '1单元') // the one whose code she scanned
  await hers.write('bind-name', '何晓燕')
  await hers.write('bind-room', '401')
  await hers.check('bind-claim')
  await hers.restart() // what was typed is there after a restart
  await hers.see('bind-unit-name')
  await hers.tap('bind-agree')
  await hers.tap('bind-ask')
  await hers.see('bind-waiting', '单元长')
  await hers.check('bind-waiting')
  const asked = await newcomer.get('/v1/me/binding')
  const agreed = await newcomer.get('/v1/me/consents')
  holds(asked.state === 'pending' && asked.next === 'wait_for_chief', 'her request', asked)
  holds(agreed.items.some((c) => c.purpose === 'phone_binding' && c.version >= 1 && !c.withdrawn_at), 'the version that she agreed to', agreed)

  const chief = await server.as('chief')
  const waiting = await chief.get('/v1/binding-requests')
  const mine = waiting.items.find((r) => r.room === '401')
  holds(mine, 'her request before the chief', waiting)
  const seen = await chief.get('/v1/binding-requests/' + mine.request_id)
  const candidate = seen.candidates.find((c) => c.name === '何晓燕')
  holds(candidate, 'whom she may be', seen)
  await chief.post(`/v1/binding-requests/${mine.request_id}/approve`, { person_id: candidate.person_id })

  await hers.tap('bind-again')
  await hers.see('bound')
  await hers.check('bound')
  await hers.goTo('/pages/inbox/index')
  await hers.tap('notice', '绑定成功')
  has(await hers.see('me-name'), '何晓燕') // the notice leads to what it is about
  await hers.tap('tab-unit')
  await hers.see('report-open')
  hasNot(await hers.see('unit-name'), '没有')
  await hers.check('unit-as-bound')
  const me = await newcomer.get('/v1/me')
  holds(me.bound && me.name === '何晓燕', 'her binding', me)
  const inbox = await newcomer.get('/v1/notices')
  holds(inbox.items.every((n) => n.read_at), 'a notice that she has read', inbox)

  await hers.goTo('/pages/consents/index')
  await hers.see('consent-phone_binding', '现在有效')
  await hers.tapOff('consent-withdraw-phone_binding')
  await hers.tap('consent-sure-phone_binding')
  await hers.check('consent')
  await hers.tap('consent-withdraw-phone_binding')
  await hers.see('consents-empty')
  await hers.see('consent-ended')
  await hers.check('consent-withdrawn')
  const none = await newcomer.get('/v1/me')
  const taken = await newcomer.get('/v1/me/consents')
  holds(!none.bound && taken.items.every((c) => c.withdrawn_at), 'nobody, and nothing agreed to', [none, taken])

  await hers.goTo('/pages/me/index')
  await hers.tap('bind-open')
  await hers.number('bind-phone-number', '15400000099')
  await hers.tap('bind-agree')
  await hers.tap('bind-phone')
  await hers.tap('bound-back')
  await hers.page.waitForTimeout(1000) // nothing takes her on from where she is
  has(await hers.see('me-name'), '何晓燕')
}
