// 陈社工 and the district look at what their area comes to, and at what waits at their desks; a matter is taken on
// and resolved at the desk, hours are confirmed there.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const resident = await server.as('resident')
  const staff = await server.as('staff')
  const kinds = (await resident.get('/v1/service-kinds')).kinds
  const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString()
  const filed = await resident.post('/v1/hours', { kind: kinds[0].code, content: '陪老人看病', place: '社区医院', starts_at: ago(3), ends_at: ago(1) })
  const matter = await resident.post('/v1/matters', { category: 'repair', words: '路灯不亮', anonymity: 'chief', photos: [], answers: [] })

  const hers = await desk()
  await hers.logInAs('staff')
  await hers.open('dashboard')
  const role = (await staff.get('/v1/me')).roles[0]
  const counts = await staff.get(`/v1/nodes/${role.node_id}/counts?months=12`)
  const here = counts.communities[0]
  const sum = (figure) => here.months.reduce((all, m) => all + m[figure], 0)
  has(await hers.see('figure-services'), `${sum('services')} 次`)
  has(await hers.see('figure-issued'), String(sum('points_issued')))
  has(await hers.see('figure-showing'), `${here.showing} / ${here.members}`)
  has(await hers.see('figure-open'), String(here.matters_open))
  await hers.see('by-community', here.node.name)
  await hers.check('dashboard')

  await hers.tap('figure-open')
  await hers.see('table', '路灯不亮')
  await hers.check('matters')
  const file = await hers.download('matters-export')
  holds(file.name.endsWith('.xlsx') && file.bytes.subarray(0, 2).toString() === 'PK', 'a table of the matters', file.name)

  await hers.open('hours')
  await hers.see('table', '陪老人看病')
  await hers.check('hours')
  await hers.open('flags')
  await hers.see('title', '需要核对')
  await hers.check('flags')
  await hers.open('certificates')
  await hers.see('title', '证明')
  await hers.check('certificates')

  const secretary = await desk()
  await secretary.logInAs('secretary')
  await secretary.open('matters')
  await secretary.page.getByText('路灯不亮').first().click()
  await secretary.see('matter-words', '路灯不亮')
  await secretary.check('matter')
  await secretary.tap('matter-accept')
  await secretary.see('matter-state', '办理中')
  await secretary.write('matter-say', '换了新的灯')
  await secretary.tap('matter-resolve')
  await secretary.see('matter-state', '待评价')
  const resolved = await resident.get('/v1/matters/' + matter.id)
  holds(resolved.state === 'resolved' && resolved.events.at(-1).words === '换了新的灯', 'a resolved matter', resolved)
  await secretary.open('hours')
  await secretary.see('table', '陪老人看病')

  const admin = await desk()
  await admin.logInAs('admin')
  await admin.open('dashboard')
  await admin.see('by-community', here.node.name)
  await admin.check('dashboard-of-the-district')
  await admin.open('audit')
  await admin.see('audit-chain')
  await admin.see('table')
  await admin.check('audit')
  await admin.open('outbox')
  await admin.see('title', '待发任务')
  await admin.check('outbox')
  holds((await resident.get('/v1/hours/' + filed.id)).state === 'claimed', 'hours that still wait', filed)
}
