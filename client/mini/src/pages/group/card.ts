// The group from whose card the app was opened: it is entered, or bound to a unit. Only WeChat knows which that
// is, and only who has logged in to WeChat lately can say it: after a long time the log-in is made anew, once.
import { api, Problem, type Answer } from '../../api'
import { signIn } from '../../session'

export type Entered = Answer<'post', '/v1/group-entries'>

type Card = { encrypted_data: string, iv: string }

export const enterGroup = () => fromGroup<Entered>((body) => api.post('/v1/group-entries', { body }))

/** fromGroup tells the server something with the card of the group that one came from. */
export async function fromGroup<D>(tell: (card: Card) => Promise<D>): Promise<D> {
  try {
    return await tell(await card())
  } catch (e) {
    if (!(e instanceof Problem) || e.code !== 'group.sign_in_again') throw e
    const { token } = await api.post('/v1/login', { body: { code: await loginCode() } })
    signIn(token)
    return tell(await card())
  }
}

function card(): Promise<Card> {
  return new Promise((done, failed) => {
    const none = () => failed(new Problem(-1, 'group.card', '这次不是从微信群里打开的。请在本单元的群里点小程序的卡片，再来这一页。'))
    // #ifdef MP-WEIXIN
    wx.getGroupEnterInfo({ success: (r) => done({ encrypted_data: r.encryptedData, iv: r.iv }), fail: none })
    // #endif
    // #ifndef MP-WEIXIN
    none()
    // #endif
  })
}

const loginCode = () => new Promise<string>((done, failed) => {
  uni.login({ provider: 'weixin', success: (r) => done(r.code), fail: () => failed(new Problem(-1, 'login', '微信登录没有成功，请稍后再试。')) })
})
