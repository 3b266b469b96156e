// 李小梅 reports with a photo that the lamp flickers. 王建国, her unit chief, sees it on his desk and passes it up with a
// photo of his own; the branch has it done. It is not, so it begins anew a step above, where 陈社工 asks her something,
// and she is satisfied in the end.
import { has, holds } from '../say.mjs'

export default async function ({ server, phone }) {
  const words = '二楼楼道灯一闪一闪，下雨天还会跳闸'
  const resident = await server.as('resident')

  const hers = await phone()
  await hers.goTo('/pages/unit/index?scene=' + server.code)
  await hers.tap('go-login')
  await hers.tap('login-persona-resident')
  await hers.tap('report-open')
  await hers.see('report-category-repair')
  await hers.check('report-empty')
  await hers.tap('report-category-repair')
  await hers.write('report-words', words)
  await hers.photograph('photo-add')
  await hers.see('photo')
  await hers.miss('photo-waiting')
  await hers.check('report-written')
  await hers.tap('report-send')
  await hers.page.locator('[data-testid="matter-state"]:visible, [data-testid="report-own"]:visible').first().waitFor()
  if (await hers.get('report-own').count()) await hers.tap('report-own') // neighbours' lamps are not hers
  await hers.see('matter-state', '待受理')
  await hers.check('matter-reported')
  const matter = (await resident.get('/v1/me/matters')).items.find((m) => m.words === words)
  holds(matter?.category === 'repair' && matter.state === 'reported', 'her matter', matter)
  const now = () => resident.get('/v1/matters/' + matter.id)

  /** atDesk opens the matter from somebody's desk, and says what they are going to do. */
  const atDesk = async (persona) => {
    const one = await phone()
    await one.goTo('/pages/login/index')
    await one.tap('login-persona-' + persona)
    await one.tap('tab-desk')
    has(await one.see('desk-matter', words), '还剩')
    await one.check('desk')
    await one.tap('desk-matter', words)
    await one.see('desk-state', '待受理')
    return one
  }
  const say = async (who, move, text) => {
    await who.tap('desk-' + move)
    await who.write('desk-say', text)
  }
  const send = async (who) => {
    await who.tap('desk-send')
    await who.miss('desk-send')
  }

  const his = await atDesk('chief')
  await his.check('desk-reported')
  await his.tap('desk-accept')
  await his.see('desk-state', '办理中')
  await say(his, 'pass_up', '要换线路，单元里办不了')
  await his.photograph('photo-add')
  await his.see('photo')
  await his.miss('photo-waiting')
  await his.check('desk-passing-up')
  await his.restart() // what was typed is there after a restart
  await his.see('photo')
  holds(await his.field('desk-say') === '要换线路，单元里办不了', 'what he typed', await his.field('desk-say'))
  await send(his)
  await his.see('matter-event', '要换线路')
  await his.check('desk-passed-up')
  let at = await now()
  holds(at.step === 'branch' && at.events.at(-1).move === 'pass_up' && at.events.at(-1).photos.length === 1, 'a matter on the branch’s desk, with his photo', at)

  const branch = await atDesk('secretary')
  await branch.tap('desk-accept')
  await branch.see('desk-state', '办理中')
  await say(branch, 'resolve', '换了新的灯和开关')
  await branch.check('desk-resolving')
  await send(branch)
  await branch.see('desk-state', '待评价')
  await branch.check('desk-resolved')
  at = await now()
  holds(at.state === 'resolved' && at.events.at(-1).words === '换了新的灯和开关', 'a resolved matter', at)

  await hers.goTo('/pages/inbox/index')
  await hers.see('notice')
  await hers.check('inbox')
  await hers.tap('tab-matters')
  has(await hers.see('matter-item', words), '待评价')
  await hers.check('matters')
  await hers.tap('matter-item', words)
  await hers.see('matter-state', '待评价')
  await hers.check('matter-resolved')
  await hers.tap('matter-unsolved')
  await hers.write('matter-answer', '雨天还是跳闸')
  await hers.photograph('photo-add')
  await hers.see('photo')
  await hers.miss('photo-waiting')
  await hers.check('matter-unsolved')
  await hers.restart() // what was typed is there after a restart, and the photo
  await hers.see('matter-rate')
  await hers.see('photo')
  holds(await hers.field('matter-answer') === '雨天还是跳闸', 'what she typed', await hers.field('matter-answer'))
  await hers.tap('matter-rate')
  await hers.see('matter-state', '待受理')
  await hers.check('matter-reopened')
  at = await now()
  holds(at.reopened === 1 && at.step === 'community' && at.events.at(-1).words === '雨天还是跳闸' && at.events.at(-1).photos.length === 1, 'a matter reopened a step above', at)

  const community = await atDesk('staff')
  await community.tap('desk-accept')
  await community.see('desk-state', '办理中')
  await say(community, 'ask', '跳的是楼道的闸还是家里的？')
  await send(community)
  await hers.goTo('/pages/inbox/index')
  await hers.tap('notice') // the newest opens what it is about
  await hers.see('matter-question', '家里的')
  await hers.write('matter-answer', '楼道的')
  await hers.check('matter-asked')
  await hers.tap('matter-answer-send')
  await hers.miss('matter-answer-send')
  at = await now()
  holds(at.state === 'accepted' && at.events.at(-1).words === '楼道的', 'her answer', at)
  await community.goTo('/staff/matter/index?id=' + matter.id)
  await community.see('matter-event', '楼道的')
  await say(community, 'resolve', '请电工重新走了线')
  await send(community)
  await hers.goTo('/pages/matter/index?id=' + matter.id)
  await hers.see('matter-state', '待评价')
  await hers.tap('matter-satisfied')
  await hers.tap('matter-rate')
  await hers.see('matter-state', '已销号')
  await hers.check('matter-closed')
  const closed = await now()
  holds(closed.state === 'closed' && closed.outcome === 'satisfied', 'a closed matter with which she is satisfied', closed)
  holds(closed.events[0].photos.length === 1, 'her photo with the report', closed.events[0])
}
