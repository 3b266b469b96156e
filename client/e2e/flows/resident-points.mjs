// 李小梅 looks at her points, redeems some, shows the pick-up code; staff hand it over. What she does not want
// after all she gives back. And she takes her record and a certificate with her.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const resident = await server.as('resident')
  const staff = await server.as('staff')
  const before = (await resident.get('/v1/me/points')).balance
  const reward = (await resident.get('/v1/rewards')).items.find((r) => r.redeemable)
  const admin = await server.as('admin')
  const days = (n) => new Date(Date.now() + n * 24 * 3600_000).toISOString()
  await admin.post(`/v1/nodes/${(await admin.get('/v1/me')).roles[0].node_id}/expiry-policies`, { earned_before: days(-1), effective_at: days(60), reason: '积分一年内有效' })

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.see('unit-name')
  await hers.goTo('/pages/points/index')
  holds(await hers.see('points-balance') === String(before), 'the balance that she sees', before)
  await hers.see('points-line')
  has(await hers.see('points-expiry'), '积分一年内有效')
  await hers.check('points')
  await hers.tap('rewards-open')
  await hers.see('reward', reward.name)
  await hers.check('rewards')

  await hers.tapIn('reward', reward.name, 'reward-redeem')
  await hers.agree('兑换')
  await hers.see('redemption-state', '待领取')
  const code = (await hers.see('pick-up-code')).replaceAll(' ', '')
  await hers.see('pick-up-qr')
  await hers.check('pick-up')
  const mine = (await resident.get('/v1/redemptions/mine')).items[0]
  holds(mine.code === code && mine.state === 'reserved' && (await resident.get('/v1/me/points')).balance === before - reward.points, 'what she reserved, and her points less', mine)

  const community = (await resident.get('/v1/units/' + server.code)).place.find((n) => n.kind === 'community').id
  await staff.post(`/v1/nodes/${community}/pick-ups`, { code })
  await hers.goTo('/pages/redemptions/mine')
  has(await hers.see('redemption', reward.name), '已领取')
  await hers.check('redemptions')

  await hers.goTo('/pages/rewards/index')
  const again = (await resident.get('/v1/rewards')).items.find((r) => r.redeemable)
  await hers.tapIn('reward', again.name, 'reward-redeem')
  await hers.agree('兑换')
  await hers.see('redemption-state', '待领取')
  await hers.tap('redemption-cancel')
  await hers.agree('不要了')
  await hers.see('redemption-state', '已取消')
  holds((await resident.get('/v1/me/points')).balance === before - reward.points, 'her points back', before)

  await hers.goTo('/pages/record/index')
  await hers.see('record-sum', '志愿服务')
  await hers.check('record')
  await hers.tap('certificates-open')
  await hers.tap('certificate-ask')
  has(await hers.see('certificate'), '撤回')
  await hers.check('certificate-asked')
  const asked = (await resident.get('/v1/certificates/mine')).items[0]
  await staff.post(`/v1/certificates/${asked.id}/issue`, {})
  await hers.goTo('/pages/certificate/mine')
  hasNot(await hers.see('certificate'), '撤回')
  const paper = await hers.download('certificate-take')
  holds(paper.bytes.subarray(0, 5).toString() === '%PDF-', 'a certificate as PDF', paper.name)
  await hers.check('certificate-issued')

  // The community takes it back while she has the page before her: she is told why it can't be had any more.
  await staff.post(`/v1/certificates/${asked.id}/revoke`, { reason: '记录有误' })
  await hers.tap('certificate-take')
  has(await hers.see('problem'), '撤销')
  hers.refused(409, '/pdf')
  has(await hers.see('certificate'), '已撤销')
}
