// What a clerk of the community looks at before others see it: photos and words that WeChat was not sure of, what of
// a matter must not be read by everybody; a quarter's public notice with objections to it; limits of reports.
import { doubtful } from '../photo.mjs'
import { has, hasNot, holds, until } from '../say.mjs'

export const plainly = true

export default async function ({ server, desk }) {
  const staff = await server.as('staff')
  const home = (await staff.get('/v1/me')).roles[0].node_id
  const hers = await desk()
  await hers.logInAs('staff')

  const matter = await review(server, hers, staff, home)
  await redact(server, hers, await desk(), matter)
  await publish(server, hers, staff, home)
  await limit(server, hers, await desk(), staff, home)
}

async function review(server, hers, staff, home) {
  const resident = await server.as('resident')
  const upload = async (wide) => {
    const form = new FormData()
    form.append('file', new Blob([doubtful(wide)], { type: 'image/png' }), 'one.png')
    return (await resident.post('/v1/files', form)).id
  }
  const report = (words, photos) => resident.post('/v1/matters', { category: 'repair', words, place: '3栋王老师家门口', anonymity: 'named', photos, answers: [] })
  const kept = await report('楼道灯坏了，王老师说可以加微信问她', [await upload(480), await upload(400)])
  const advert = await report('加微信领鸡蛋', [])
  await until('two photos to look at', async () => (await staff.get(`/v1/nodes/${home}/photo-reviews`)).items.length === 2)
  await until('words to look at', async () => (await staff.get(`/v1/nodes/${home}/matter-reviews`)).items.length === 2)

  await hers.open('reviews')
  await hers.see('review-photo')
  await hers.naming('the pictures', () => hers.page.waitForFunction(() => [...document.querySelectorAll('[data-testid=review-photo]')].every((p) => p.complete && p.naturalWidth > 0)))
  await hers.check('photos')
  await hers.tap('photo-pass')
  await hers.see('table', '已通过')
  await hers.tap('photo-reject')
  await hers.write('why', '拍到了别人的证件')
  await hers.check('photo-reject')
  await hers.say('拍到了别人的证件')
  await hers.see('table', '未通过')
  const photos = (await resident.get('/v1/matters/' + kept.id)).events[0].photos.map((p) => p.state)
  holds(photos.join() === 'pass,rejected', 'one photo passed and one rejected', photos)

  await hers.tap('reviews-words')
  await hers.see('table', '加微信领鸡蛋')
  await hers.check('words')
  await hers.tapInRow('楼道灯坏了', 'words-pass')
  await hers.see('table', '已通过')
  await hers.tapInRow('领鸡蛋', 'words-reject')
  await hers.say('广告')
  await hers.see('table', '未通过')
  holds((await resident.get('/v1/matters/' + kept.id)).check_state === 'pass', 'words passed', kept)
  const rejected = await resident.get('/v1/matters/' + advert.id)
  holds(rejected.check_state === 'rejected' && rejected.check_reason === '广告', 'words rejected', rejected)
  await hers.naming('the matter', () => hers.page.getByRole('link', { name: '楼道灯坏了' }).click())
  return kept
}

async function redact(server, hers, his, matter) {
  const resident = await server.as('resident')
  const admin = await server.as('admin')
  await hers.see('matter-words', '王老师')
  await hers.tap('redact-report')
  await hers.write('redact-words', '楼道灯坏了')
  await hers.tap('send')
  await hers.see('problem')
  await hers.check('redact')
  hers.refused(422, '/redact')
  await hers.write('redact-reason', '写了别人的名字')
  await hers.tap('send')
  await hers.miss('matter-words', '王老师')
  await hers.tap('redact-place')
  await hers.write('redact-words', '3栋')
  await hers.write('redact-reason', '写了别人的名字')
  await hers.tap('send')
  await hers.miss('redact-words')

  await hers.tap('redact-photo')
  await hers.photograph('redact-instead')
  await hers.see('form', '去掉')
  await hers.write('redact-reason', '拍到了门牌')
  await hers.check('redact-photo')
  await hers.tap('send')
  await hers.miss('redact-reason')
  await hers.see('redacted')
  await hers.check('redacted')
  const now = await resident.get('/v1/matters/' + matter.id)
  holds(now.words === '楼道灯坏了' && now.place === '3栋' && now.events[0].redacted, 'other words', now)
  hasNot(JSON.stringify(now), '王老师')
  holds(!now.events[0].photos.some((p) => p.id === matter.events[0].photos[0].id) && now.events[0].photos.length === 2, 'another photo in its place', now.events[0].photos)

  await hers.tap('original-read')
  await hers.naming('a question', () => hers.page.locator('.el-message-box', { hasText: '每次查看都会留下记录' }).waitFor())
  await hers.check('original-question')
  await hers.agree('查看')
  has(await hers.see('original'), '王老师', '上报的地点', '这次查看已经留下记录', '写了别人的名字')
  await hers.check('original')
  const district = (await admin.get('/v1/me')).roles[0].node_id
  const log = await admin.get(`/v1/nodes/${district}/audit?limit=100`)
  holds(log.items.some((a) => a.action === 'matter.read_original') && log.items.some((a) => a.action === 'matter.redact'), 'the reading on record', log.items.map((a) => a.action))
  await hers.page.keyboard.press('Escape')
  await hers.miss('original')

  // Whoever may not redact is offered nothing of it.
  await his.logInAs('chief')
  await his.goTo('/matters/' + matter.id)
  await his.see('matter-words', '楼道灯坏了')
  await his.miss('redact-report')
  await his.miss('original-read')
}

async function publish(server, hers, staff, home) {
  const [resident, member] = [await server.as('resident'), await server.as('member')]
  const voucher = (await resident.get('/v1/rewards')).items.find((r) => r.name === '理发券')
  const redeemed = await resident.post('/v1/redemptions', { reward_id: voucher.id, points: voucher.points })
  await staff.post(`/v1/nodes/${home}/pick-ups`, { code: redeemed.qr })
  await hers.open('public-notices')
  await hers.see('empty')
  await hers.check('no-notices')
  await hers.tap('notice-new')
  await hers.see('notice-publish')
  const options = hers.page.getByRole('option')
  await hers.tap('notice-quarter')
  await hers.naming('the quarters', () => options.nth(1).waitFor())
  const [running, quarter] = await options.allInnerTexts()
  await hers.naming('to choose ' + running, () => options.first().click())
  await hers.see('notice-early')
  has(await hers.see('notice-lines', '理发券'), '李')
  await hers.check('notice-early')
  await hers.choose('notice-quarter', quarter)
  await hers.see('notice-publish', quarter)
  await hers.check('notice-draft')
  await hers.tap('notice-publish')
  await hers.agree('发布')
  await hers.see('table', quarter)
  const notice = (await staff.get(`/v1/nodes/${home}/public-notices`)).items[0]
  holds(notice?.title === quarter, 'a public notice', notice)

  const right = await resident.post(`/v1/public-notices/${notice.id}/objections`, { text: '第1行的日期不对' })
  const wrong = await member.post(`/v1/public-notices/${notice.id}/objections`, { text: '少了我的兑换' })
  await hers.open('objections')
  await hers.see('table', '第1行的日期不对')
  await hers.check('objections')
  await hers.tapInRow('第1行的日期不对', 'objection-uphold')
  await hers.see('form', '任何人都能看到')
  await hers.write('why', '第1行的日期应为9月2日')
  await hers.check('uphold')
  await hers.say('第1行的日期应为9月2日')
  await hers.see('table', '属实')
  await hers.tapInRow('少了我的兑换', 'objection-reject')
  await hers.say('您的兑换在下个季度领取')
  await hers.see('table', '不属实')
  await hers.check('answered')
  const mine = async (who, id) => (await who.get('/v1/me/objections')).items.find((o) => o.id === id)
  holds((await mine(resident, right.id)).state === 'upheld', 'an objection upheld', await mine(resident, right.id))
  holds((await mine(member, wrong.id)).answer === '您的兑换在下个季度领取', 'an objection answered', await mine(member, wrong.id))

  await hers.open('public-notices')
  await hers.see('table', '属实 1')
  await hers.check('notices')
  await hers.tap('notice-read')
  has(await hers.see('notice-corrections'), '第1行的日期应为9月2日')
  await hers.check('notice')
  hasNot(JSON.stringify(await staff.get('/v1/public-notices/' + notice.id)), '少了我的兑换')
  await hers.page.keyboard.press('Escape')
  await hers.miss('notice')
}

async function limit(server, hers, theirs, staff, home) {
  const [resident, member] = [await server.as('resident'), await server.as('member')]
  const people = (await staff.get(`/v1/nodes/${home}/people?limit=100`)).items
  const limited = async (name) => staff.post(`/v1/people/${people.find((p) => p.name === name).person_id}/report-limits`, { a_day: 1, days: 3, reason: '一天内多次上报同一件事' })
  const one = await limited('李小梅')
  await limited('张卫东')
  await resident.post(`/v1/report-limits/${one.id}/object`, { words: '几件事不一样' })

  await hers.open('report-limits')
  await hers.see('table', '几件事不一样')
  await hers.tapInRow('李小梅', 'limit-lift')
  await hers.write('why', '想想还是解除')
  await hers.tap('send')
  await hers.see('problem') // it is for somebody else to decide
  holds(await hers.field('why') === '想想还是解除', 'what she wrote', await hers.field('why'))
  await hers.check('limit-of-ones-own')
  hers.refused(403, '/lift')

  await theirs.logInAs('community-secretary')
  await theirs.open('report-limits')
  await theirs.see('table', '几件事不一样')
  await theirs.check('limits')
  await theirs.tapInRow('李小梅', 'limit-uphold')
  await theirs.say('确实是同一件事')
  await theirs.see('table', '确实是同一件事')
  await theirs.tapInRow('张卫东', 'limit-lift')
  await theirs.say('情况已经了解')
  await theirs.see('table', '已解除')
  await theirs.check('decided')
  const state = async (who) => (await who.get('/v1/me/report-limits')).items[0].state
  holds(await state(resident) === 'upheld' && await state(member) === 'lifted', 'two decisions', [await state(resident), await state(member)])
  await theirs.choose('limits-state', '已解除')
  await theirs.tap('filter')
  await theirs.miss('table', '李小梅')
}
