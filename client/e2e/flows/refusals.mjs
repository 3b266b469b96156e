// What goes wrong in people's hands: no network, a log-in that has ended, an upload cut short, an answer that
// got lost, an impatient finger, a code that counts no more. Nothing that was typed is lost, and nothing happens twice.
import { has, holds, until } from '../say.mjs'

export default async function ({ server, phone }) {
  const resident = await server.as('resident')
  const mine = async (words) => (await resident.get('/v1/me/matters?limit=100')).items.filter((m) => m.words === words)
  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.see('report-open')

  /** begin opens the form and writes the words. */
  const begin = async (words) => {
    await hers.goTo('/pages/report/index')
    await hers.tap('report-category-repair')
    await hers.write('report-words', words)
  }
  /** handedIn waits for the matter's page, past what neighbours have said. */
  const handedIn = async () => {
    await hers.page.locator('[data-testid="matter-state"]:visible, [data-testid="report-own"]:visible').first().waitFor()
    if (await hers.get('report-own').count()) await hers.tap('report-own')
    await hers.see('matter-state', '待受理')
  }
  const once = async (words) => holds((await mine(words)).length === 1, 'just one of “' + words + '”', await mine(words))

  // Without a network what was typed stays, and goes out once when there is one again.
  const offline = '单元门的门禁按钮失灵了'
  await begin(offline)
  await hers.context.setOffline(true)
  await hers.see('offline')
  await hers.tap('report-send')
  has(await hers.see('problem'), '网络')
  await hers.check('report-offline')
  holds((await mine(offline)).length === 0, 'nothing yet', offline)
  await hers.context.setOffline(false)
  await hers.miss('offline')
  await hers.tap('report-send')
  await handedIn()
  await once(offline)

  // The answer gets lost after the server has done it, and the page is gone: sent again it is one matter.
  const lost = '信报箱的锁坏了打不开'
  await begin(lost)
  const found = await hers.lose('/v1/matters', 'answer')
  await hers.tap('report-send')
  await hers.page.locator('[data-testid="problem"]:visible, [data-testid="report-own"]:visible').first().waitFor()
  if (await hers.get('report-own').count()) await hers.tap('report-own')
  await hers.see('problem', '网络')
  await once(lost)
  await found()
  await hers.goTo('/pages/report/index')
  await hers.see('report-restored')
  await hers.check('report-restored')
  await hers.tap('report-send')
  await handedIn()
  await once(lost)

  // The log-in ends in between: the draft stays, and goes on after a new one.
  const ended = '楼梯扶手松了，老人不敢扶'
  await begin(ended)
  const token = await hers.kept('token')
  await fetch(server.at + '/v1/logout', { method: 'POST', headers: { Authorization: 'Bearer ' + token, 'Idempotency-Key': 'ended-elsewhere-0001' } })
  await hers.tap('report-send')
  await hers.see('go-login')
  hers.refused(401, '/v1/matters/similar')
  await hers.check('report-logged-out')
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.see('report-send')
  holds(await hers.field('report-words') === ended, 'what she typed', await hers.field('report-words'))
  await hers.tap('report-send')
  await handedIn()
  await once(ended)

  // One upload of two is cut short: that one alone is sent again.
  const photos = '墙皮掉下来了，请看照片'
  await begin(photos)
  const through = await hers.lose('/v1/files')
  await hers.photograph('photo-add')
  await hers.see('photo-again')
  await through()
  await hers.photograph('photo-add')
  await hers.miss('photo-waiting')
  await hers.check('report-photo-cut')
  await hers.tap('photo-again')
  await hers.miss('photo-again')
  await hers.miss('photo-waiting')
  await hers.tap('report-send')
  await handedIn()
  const [shown] = await mine(photos)
  const whole = await resident.get('/v1/matters/' + shown.id)
  holds(whole.events[0].photos.length === 2, 'both photos, each once', whole.events[0])

  // What she wrote before is opened where the network comes and goes: its photo goes with it all the same.
  const before = '单元门口的雨棚破了一个洞'
  await begin(before)
  await hers.photograph('photo-add')
  await hers.see('photo')
  await hers.miss('photo-waiting')
  const reading = /\/v1\/files\/\d+$/
  await hers.page.route(reading, (route) => route.abort('connectionreset'))
  await hers.goTo('/pages/report/index')
  await hers.see('report-restored')
  await hers.see('photo')
  await hers.check('report-photo-unseen')
  await hers.page.unroute(reading)
  await hers.tap('report-send')
  await handedIn()
  const [unseen] = await mine(before)
  holds((await resident.get('/v1/matters/' + unseen.id)).events[0].photos.length === 1, 'her photo', unseen)

  // An impatient finger.
  const impatient = '地下室进水了，水泵不转'
  await begin(impatient)
  await hers.twice('report-send')
  await handedIn()
  await once(impatient)
  await hers.tap('matter-withdraw')
  await hers.see('matter-state', '已撤回')
  holds((await mine(impatient))[0].state === 'withdrawn', 'a matter that she took back', await mine(impatient))

  // A neighbour has said it already: joined, and left again.
  const neighbour = await server.as('member')
  const said = await neighbour.post('/v1/matters', { category: 'repair', words: '三号楼前面的路灯整排都不亮了', urgent: false, anonymity: 'named', photos: [], answers: [] })
  await until('words that neighbours may see', async () => (await neighbour.get('/v1/matters/' + said.id)).check_state === 'pass') // until then nobody is offered it
  await begin('三号楼前面的路灯整排不亮了')
  await hers.tap('report-send')
  await hers.see('similar', '路灯整排')
  await hers.check('report-similar')
  await hers.tapIn('similar', '路灯整排', 'similar-join')
  await hers.see('matter-leave')
  await hers.check('matter-joined')
  const joined = await resident.get('/v1/me/joined-matters')
  holds(joined.items.some((m) => m.id === said.id), 'the matter that she joined', joined)
  await hers.goTo('/pages/matters/index')
  await hers.tap('matters-joined')
  await hers.tap('matter-item', '路灯整排')
  await hers.tap('matter-leave')
  await hers.see('matters-joined')
  const left = await resident.get('/v1/me/joined-matters')
  holds(!left.items.some((m) => m.id === said.id), 'nothing that she joined', left)

  // The server has too much to do for a moment: what she has before her stays.
  await hers.goTo('/pages/matters/index')
  await hers.see('matter-item', '信报箱')
  const mineAt = (url) => url.pathname === '/v1/me/matters'
  await hers.page.route(mineAt, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ status: 503, code: 'http.slow', detail: '现在办理的人太多' }) }))
  await hers.tap('matter-item', '信报箱')
  await hers.see('matter-state')
  await hers.back()
  has(await hers.see('problem'), '现在办理的人太多')
  await hers.see('matter-item', '信报箱')
  hers.refused(503, '/v1/me/matters')
  await hers.page.unroute(mineAt)

  // A code that nobody knows, then the one from the poster.
  await hers.goTo('/pages/unit/index?scene=NOSUCHCODE12')
  has(await hers.see('scene-wrong'), '没有这个码')
  hers.refused(404, '/v1/units/NOSUCHCODE12')
  await hers.check('unit-code-unknown')
  await hers.write('scene-input', server.code)
  await hers.tap('scene-open')
  await hers.see('unit-name')

  // The poster is taken down while she has its page: she is told what to do, and is not led there again.
  const secretary = await server.as('community-secretary')
  const unit = (await (await server.as()).get('/v1/units/' + server.code)).unit.id
  const code = (await secretary.get(`/v1/nodes/${unit}/codes`)).items.find((c) => c.code === server.code)
  await secretary.post(`/v1/codes/${code.id}/revoke`, { reason: '海报被撕掉了' })
  await hers.goTo('/pages/unit/index')
  has(await hers.see('scene-wrong'), '作废')
  hers.refused(410, '/v1/units/')
  await hers.check('unit-code-revoked')
  await hers.goTo('/pages/unit/index')
  await hers.see('scene-input')
  await hers.miss('scene-wrong')
}
