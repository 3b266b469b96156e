// 刘洋, whose membership is at his work, scans the community's code and reports to it. 吴敏 of the community
// accepts; he shows his receipt, which a stranger verifies; in the end he takes it back.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const staff = await server.as('staff')
  const member = await server.as('in-service')
  const community = (await staff.get('/v1/me')).roles[0].node_id
  const code = (await staff.get(`/v1/nodes/${community}/codes`)).items.find((c) => c.kind === 'community' && !c.revoked_at).code

  const his = await phone()
  await his.goTo('/pages/community/index?scene=NOSUCHCODE12')
  has(await his.see('scene-wrong'), '没有这个码')
  await his.check('community-code-unknown')
  await his.tap('scene-other')
  await his.write('scene-input', code.toLowerCase())
  await his.tap('scene-open')
  has(await his.see('community-name'), '先锋')
  await his.check('community-as-a-stranger')
  await his.tap('public-notices-open') // needs no log-in
  await his.page.locator('[data-testid=public-notice]:visible, [data-testid=public-notices-empty]:visible').first().waitFor()
  await his.back()
  await his.tap('go-login')
  await his.tap('login-persona-in-service')
  await his.tap('check-in-open')
  has(await his.see('check-in-community'), '先锋')
  await his.check('form')
  await his.write('check-in-work-unit', '安庆市教育局')
  await his.restart()
  await his.see('check-in-community')
  holds(await his.field('check-in-work-unit') === '安庆市教育局', 'what he typed', await his.field('check-in-work-unit'))
  await his.tap('check-in-send')
  has(await his.see('check-in', '待审核'), '安庆市教育局')
  await his.miss('check-in-send')
  await his.check('sent')
  const [sent] = (await member.get('/v1/check-ins/mine')).items
  holds(sent.state === 'pending' && sent.community.id === community, 'a check-in that waits', sent)

  const hers = await phone()
  await hers.goTo('/pages/login/index')
  await hers.tap('login-persona-staff')
  await hers.see('tab-desk')
  await hers.goTo('/staff/check-ins/index')
  await hers.tapIn('check-in-item', '安庆市教育局', 'check-in-approve')
  await hers.miss('check-in-item', '安庆市教育局')

  await his.goTo('/pages/inbox/index')
  await his.tap('notice', '报到已接收')
  has(await his.see('check-in', '已报到'), '点开看回执')
  await his.tap('check-in')
  await his.see('check-in-state', '已报到')
  await his.see('receipt-qr')
  const number = await his.see('receipt-number')
  const secret = (await his.see('receipt-code')).replaceAll(' ', '')
  await his.check('receipt')
  const [accepted] = (await member.get('/v1/check-ins/mine')).items
  holds(accepted.receipt_number === number && accepted.receipt_code === secret, 'the receipt that he shows', accepted)

  const theirs = await phone()
  await theirs.goTo('/pages/me/index')
  await theirs.tap('verify-open')
  await theirs.write('verify-number', number)
  await theirs.write('verify-code', secret === '00000000' ? '00000001' : '00000000')
  await theirs.tap('verify-send')
  await theirs.see('verified', '对不上')
  await theirs.check('verified-wrong')
  await theirs.write('verify-code', secret.toLowerCase())
  await theirs.tap('verify-send')
  has(await theirs.see('verified', '真，有效'), '刘*', '安庆市教育局', '先锋')
  await theirs.check('verified')
  const address = `/pages/verify/index?number=${number}&code=${secret}` // what the picture on his phone says
  if (theirs.inWeChat) await theirs.scan('scan', server.at + '/#' + address)
  else await theirs.goTo(address)
  await theirs.see('verified', '真，有效')

  await his.tap('check-in-end')
  await his.write('check-in-end-reason', '换了工作单位')
  await his.check('ending')
  await his.tap('check-in-end-send')
  await his.agree('结束')
  await his.see('check-in-state', '已结束')
  await his.check('ended')
  const [ended] = (await member.get('/v1/check-ins/mine')).items
  holds(ended.state === 'ended' && ended.reason === '换了工作单位', 'that it is over, and why', ended)
  await theirs.goTo(address)
  await theirs.see('verified', '已经结束')
  await theirs.check('verified-ended')
}
