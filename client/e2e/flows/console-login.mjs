// A clerk of the community logs in to the console on a desk: her telephone opens what the QR code says,
// she compares the digits and says yes. A second screen, whose digits she does not know, is sent away. That the first
// answer got lost on its way to the desk is nothing to her.
import { has, hasNot, holds } from '../say.mjs'

export default async function ({ server, desk, phone }) {
  const screen = await desk()
  const found = await screen.lose('/v1/console-logins', 'answer')
  await screen.goTo('/org')
  await screen.see('problem', '网络')
  await screen.context.clearCookies() // they were in the answer
  await found()
  await screen.tap('again')
  const link = await screen.get('login-code').getAttribute('data-link')
  const match = await screen.see('login-match')
  await screen.check('code')

  const hers = await phone()
  await hers.goTo('/pages/me/index')
  await hers.tap('go-login')
  await hers.tap('login-persona-staff')
  await hers.see('me-name')
  if (hers.inWeChat) await hers.scan('console-scan', link)
  else await hers.goTo(link.slice(link.indexOf('#') + 1))
  has(await hers.see('console-match'), match)
  await hers.check('compare')
  await hers.tap('console-approve')
  await hers.see('console-decided', '已经确认')
  await hers.check('approved')

  has(await screen.see('who'), '吴敏')
  await screen.see('title', '组织架构') // where she wanted to go
  const cookies = await screen.context.cookies()
  const session = cookies.find((c) => c.name === 'danyuan-console')
  holds(session?.httpOnly && session.sameSite === 'Strict' && session.path === '/', 'a cookie that no script reads', cookies.map((c) => c.name))
  holds(!cookies.some((c) => c.name === 'danyuan-console-login'), 'nothing of the log-in any more', cookies.map((c) => c.name))
  const seen = await screen.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]))
  hasNot(seen, session.value, '吴敏')
  holds(await screen.page.evaluate(() => localStorage.length) === 0, 'nothing in localStorage', seen)

  await screen.restart() // the cookie goes on
  has(await screen.see('who'), '吴敏')
  await screen.tap('log-out')
  await screen.see('login-match')
  holds(!(await screen.context.cookies()).some((c) => c.name === 'danyuan-console'), 'no cookie after logging out', '')

  const again = await screen.get('login-code').getAttribute('data-link')
  await hers.goTo(again.slice(again.indexOf('#') + 1))
  await hers.tap('console-refuse')
  await hers.see('console-decided', '已经拒绝')
  await screen.see('problem', '拒绝了这次登录')
  await screen.check('refused')
  await screen.tap('login-again')
  await screen.see('login-match')

  const neighbour = await phone()
  await neighbour.goTo('/pages/me/index')
  await neighbour.tap('go-login')
  await neighbour.tap('login-persona-resident')
  await neighbour.see('me-name')
  const theirs = await screen.get('login-code').getAttribute('data-link')
  await neighbour.goTo(theirs.slice(theirs.indexOf('#') + 1))
  await neighbour.see('problem', '没有要在管理台上办理的职务')
  await neighbour.check('no-work')
  neighbour.refused(403, '/v1/console-logins/')
  await screen.miss('who')
}
