// 张卫东 applies for a plaque for his door. It is approved and put up; who scans its code learns that it is genuine,
// and whose it is no further than the unit. When it has been taken off, its code says so.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const member = await server.as('member')
  const secretary = await server.as('secretary')
  const staff = await server.as('staff')
  const unit = (await member.get('/v1/me')).unit_id

  const his = await phone()
  await his.goTo('/pages/me/index')
  await his.tap('go-login')
  await his.tap('login-persona-member')
  await his.see('me-name', '张卫东')
  await his.check('me')
  await his.tap('identity-open')
  await his.see('identity-state')
  await his.tap('plaque-open')
  await his.see('plaque-apply')
  await his.check('none')
  await his.tap('plaque-apply')
  await his.see('plaque-state', '待审批')
  await his.check('applied')
  const { plaque } = await member.get('/v1/plaques/mine')
  holds(plaque.state === 'applied' && plaque.unit_id === unit, 'his application', plaque)

  await secretary.post(`/v1/plaques/${plaque.id}/refuse`, { reason: '请先核对党员登记' })
  await his.goTo('/pages/inbox/index')
  await his.tap('notice', '门牌申请未通过')
  await his.see('plaque-state', '未通过')
  await his.check('refused')
  await his.tap('plaque-apply')
  await his.see('plaque-state', '待审批')
  const again = (await member.get('/v1/plaques/mine')).plaque
  await secretary.post(`/v1/plaques/${again.id}/approve`)
  await his.goTo('/pages/plaque/mine')
  await his.see('plaque-state', '已通过')
  await secretary.post(`/v1/plaques/${again.id}/install`)
  await his.goTo('/pages/plaque/mine')
  await his.see('plaque-state', '已安装')
  await his.check('installed')
  await his.tap('identity-open')
  await his.tap('identity-on-door')
  await his.tap('identity-agree')
  await his.tap('identity-show')
  await his.see('identity-state', '已亮')

  const code = (await staff.get(`/v1/nodes/${unit}/codes?limit=100`)).items.find((c) => c.plaque_id === again.id).code
  const theirs = await phone()
  if (theirs.inWeChat) {
    await theirs.goTo('/pages/unit/index')
    await theirs.scan('scan', 'pages/plaque/index?scene=' + code)
  } else {
    await theirs.goTo('/pages/plaque/index?scene=' + code)
  }
  await theirs.see('plaque-says', '真的')
  has(await theirs.see('plaque-place'), '1单元')
  hasNot(await theirs.see('plaque-member', '张同志'), '卫东')
  await theirs.check('genuine')
  const seen = JSON.stringify(await (await server.as()).get('/v1/plaques/scan/' + code))
  holds(!seen.includes('卫东') && !seen.includes('201'), 'neither his name nor his room for strangers', seen)

  await secretary.post(`/v1/plaques/${again.id}/remove`, { reason: '门要换新' })
  await theirs.goTo('/pages/plaque/index?scene=' + code)
  await theirs.see('plaque-says', '失效')
  await theirs.check('revoked')
  await theirs.goTo('/pages/plaque/index?scene=NOSUCHCODE12')
  await theirs.see('plaque-says', '不是')
  theirs.refused(404, '/v1/plaques/scan/NOSUCHCODE12')
  await theirs.check('unknown')
  await his.goTo('/pages/plaque/mine')
  await his.see('plaque-state', '已摘除')
  await his.check('removed')
}
