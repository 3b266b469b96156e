// A clerk of the community looks at the org tree on their desk, opens it, and finds a unit by its name.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const hers = await desk()
  await hers.goTo('/org')
  await hers.see('login-persona-staff')
  await hers.check('log-in')
  await hers.logInAs('staff')
  await hers.check('start')

  await hers.open('org')
  await hers.see('org-name')
  await hers.see('org-tree', '网格')
  await hers.check('tree')

  await hers.write('org-words', '1单元')
  await hers.tap('org-find')
  has(await hers.see('org-found'), '找到')
  await hers.tap('org-hit')
  await hers.see('org-name', '1单元')
  await hers.check('found')

  await hers.write('org-words', '没有这样的地方')
  await hers.tap('org-find')
  await hers.see('org-found', '没有这样的名称')

  await hers.context.setOffline(true)
  await hers.see('offline', '没有网络')
  await hers.tap('org-find')
  await hers.see('problem', '网络不通')
  await hers.check('offline')
  await hers.context.setOffline(false)
  await hers.miss('offline')
  await hers.tap('org-find')
  await hers.miss('problem')

  const staff = await server.as('staff')
  const me = await staff.get('/v1/me')
  const found = await staff.get(`/v1/nodes/${me.roles[0].node_id}/find?name=${encodeURIComponent('1单元')}`)
  holds(found.items.length > 0 && found.items.every((f) => f.node.name.includes('1单元')), 'units of that name', found)
}
