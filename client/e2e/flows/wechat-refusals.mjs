// What people refuse WeChat itself: 何晓燕 does not agree to the notice on privacy, so neither her number nor her photos
// are touched; then she does. 李小梅 wants no messages, is left in peace, and her neighbour's are counted. Ten pages lie on
// each other at most: who goes on and on comes further all the same.
import { has, holds, until } from '../say.mjs'

export const onlyInWeChat = true

export default async function ({ server, phone }) {
  const newcomer = await server.as('newcomer')
  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-newcomer')
  await hers.number('bind-phone-number', '15400000077')
  await hers.page.evaluate(() => { globalThis.phone.privacy = 'open' })
  await hers.tap('bind-agree')
  await hers.tap('bind-phone')
  await hers.see('privacy-ask', '手机号')
  await hers.check('privacy-asked')
  await hers.tap('privacy-refuse')
  await hers.miss('privacy-ask')
  await hers.see('bind-declined')
  await hers.check('privacy-refused')
  holds((await newcomer.get('/v1/me/binding')).state === 'none', 'nothing of somebody who has refused', null)
  await hers.tap('bind-phone')
  await hers.tap('privacy-agree')
  await hers.see('bind-unit-name')
  holds((await newcomer.get('/v1/me/consents')).items.length === 1, 'what she agreed to then', null)

  const resident = await server.as('resident')
  const theirs = await phone()
  await theirs.goTo('/pages/unit/index?scene=' + server.code)
  await theirs.tap('go-login')
  await theirs.tap('login-persona-resident')
  await theirs.tap('report-open')
  await theirs.tap('report-category-repair')
  await theirs.write('report-words', '信报箱的锁坏了打不开')
  await theirs.page.evaluate(() => { globalThis.phone.privacy = 'open' })
  await theirs.photograph('photo-add')
  await theirs.tap('privacy-refuse')
  await theirs.miss('photo')
  await theirs.miss('photo-waiting')
  await theirs.tap('report-send') // it goes without a photo
  await theirs.page.locator('[data-testid="matter-state"]:visible, [data-testid="report-own"]:visible').first().waitFor()
  if (await theirs.get('report-own').count()) await theirs.tap('report-own')
  await theirs.see('matter-state', '待受理')

  const left = async () => (await resident.get('/v1/me/accepts')).items.find((a) => a.kind === 'matter').left
  holds(await left() === 0, 'no message that she allowed', await left())
  await theirs.page.evaluate(() => { globalThis.phone.answers.requestSubscribeMessage = (o) => Object.fromEntries(o.tmplIds.map((id) => [id, 'reject'])) })
  await theirs.see('tell', '微信')
  await theirs.check('tell')
  await theirs.tap('tell-yes')
  await theirs.miss('tell') // and for a week
  holds(await left() === 0, 'still none', await left())
  await theirs.goTo('/pages/matters/index')
  await theirs.tap('matter-item', '信报箱')
  await theirs.see('matter-state')
  await theirs.miss('tell')

  const member = await server.as('member')
  const said = await member.post('/v1/matters', { category: 'repair', words: '三号楼的门禁失灵了', anonymity: 'named', photos: [], answers: [] })
  const his = await phone()
  await his.goTo('/pages/login/index')
  await his.tap('login-persona-member')
  await his.see('tab-me')
  await his.goTo('/pages/matter/index?id=' + said.id)
  await his.tap('tell-yes')
  await until('the one message that he allowed', async () => (await member.get('/v1/me/accepts')).items.find((a) => a.kind === 'matter').left === 1)
  has(await his.see('matter-state'), '待受理')


  // Without the camera he is told what to do instead.
  const chief = await server.as('chief')
  const { kinds } = await chief.get('/v1/service-kinds')
  const after = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
  const cleaning = await chief.post(`/v1/nodes/${(await chief.get('/v1/me')).unit_id}/activities`, { kind: kinds[0].code, title: '楼道大扫除', place: '楼下', starts_at: after(15), ends_at: after(75), audience: 'everybody' })
  await member.post(`/v1/activities/${cleaning.id}/sign-up`)
  await his.goTo('/pages/activities/one?id=' + cleaning.id)
  await his.see('activity-scan')
  await his.page.evaluate(() => { globalThis.phone.answers.scanCode = () => { throw new Error('auth deny') } })
  await his.tap('activity-scan')
  has(await his.see('problem'), '相机')

  await his.goTo('/pages/my-data/index')
  for (let i = 0; i < 6; i++) {
    await his.tap('privacy-open')
    await his.see('privacy')
    await his.tap('my-data-open')
    await his.see('held-person')
  }
}
