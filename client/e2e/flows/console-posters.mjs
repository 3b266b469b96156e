// A clerk prints posters of several units: one A4 sheet each, and nothing else; the code of one is replaced.
// Then she makes an activity, sees who signed up, and calls it off.
import { has, holds } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const posters = async () => (await staff.get(`/v1/nodes/${home}/posters?limit=100`)).items
  const hers = await desk()
  await hers.logInAs('staff')
  await hers.open('posters')
  await hers.see('table', '1单元')
  await hers.check('posters')
  const units = await posters()
  holds(units.length >= 3 && units.every((u) => u.place), 'units with their places', units)

  for (const n of [1, 3]) {
    for (let i = 0; i < n; i++) await hers.get('tick').nth(i).check()
    await hers.tap('lay')
    await hers.see('sheets')
    const sheets = await hers.get('sheet').count()
    holds(sheets === n, n + ' sheets on the screen', sheets)
    if (n === 3) await hers.check('sheets')
    const pdf = (await hers.page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1')
    const pages = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length
    holds(pages === n, n + ' pages of paper', pages)
    const box = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/.exec(pdf)
    holds(Math.round(box[1]) === 595 && Math.round(box[2]) === 842, 'A4', box[0])
    await hers.naming('to go back', () => hers.page.getByRole('button', { name: '返回' }).click())
    await hers.see('table')
  }
  const printed = await posters()
  holds(printed.slice(0, 3).every((u) => u.code_id), 'a code for each that was printed', printed)

  await hers.tap('replace')
  await hers.page.locator('.el-message-box input').fill('海报被撕掉了')
  await hers.page.locator('.el-message-box__btns .el-button--primary').click()
  await hers.naming('the end of the question', () => hers.page.locator('.el-message-box').waitFor({ state: 'hidden' }))
  await hers.check('replaced')
  const now = await posters()
  holds(now.filter((u, i) => u.code_id !== printed[i].code_id).length === 1, 'one code that is new', [printed, now])

  await hers.tap('revoke')
  await hers.page.locator('.el-message-box input').fill('单元改造')
  await hers.agree('作废')
  await hers.see('table', '还没有做')
  const left = await posters()
  holds(left.filter((u) => u.code_id).length === now.filter((u) => u.code_id).length - 1, 'one code less', [now, left])

  await hers.open('activities')
  await hers.check('activities')
  await hers.tap('activity-new')
  await hers.write('activity-title', '楼道大扫除')
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
  for (const [id, hour] of [['starts', '09:00'], ['ends', '11:00']]) {
    await hers.write('activity-' + id, `${day} ${hour}`)
    await hers.page.keyboard.press('Enter')
  }
  await hers.write('activity-place', '3栋楼下')
  await hers.tap('activity-kind')
  await hers.naming('to choose a kind', () => hers.page.getByRole('option', { name: '环境' }).first().click())
  await hers.naming('the end of the choice', () => hers.page.locator('[role=option]:visible').first().waitFor({ state: 'hidden' }))
  await hers.check('new-activity')
  await hers.tap('send')
  await hers.see('activity-card', '3栋楼下')
  const id = /activities\/(\d+)/.exec(hers.page.url())[1]
  const activity = await staff.get('/v1/activities/' + id)
  holds(activity.title === '楼道大扫除' && activity.starts_at.startsWith(day + 'T09:00'), 'the activity', activity)
  await (await server.as('resident')).post(`/v1/activities/${id}/sign-up`)
  await hers.open('activities')
  await hers.tap('activity', '楼道大扫除')
  has(await hers.see('table'), '李')
  await hers.check('activity')
  await hers.tap('activity-cancel')
  await hers.say('有大雨')
  await hers.see('activity-card', '有大雨')
  holds((await staff.get('/v1/activities/' + id)).phase === 'cancelled', 'an activity that is off', id)
}
