// WeChat's own question about privacy: before the first use of a phone number or the camera it waits until
// the person has agreed, by a button of WeChat's, or has said no.
import { shallowRef } from 'vue'

type Said = { event: 'agree' | 'disagree' | 'exposureAuthorization', buttonId?: string }

/** asking is how to answer the question that waits; null when none does. */
export const asking = shallowRef<((said: Said) => void) | null>(null)

export function watchPrivacy() {
  // #ifdef MP-WEIXIN
  wx.onNeedPrivacyAuthorization?.((answer) => {
    asking.value?.({ event: 'disagree' }) // an older question is not answered by this one's button
    asking.value = answer
  })
  // #endif
}

export function answerPrivacy(said: Said) {
  asking.value?.(said)
  asking.value = null
}

/** wasRefused tells whether something failed because the person did not agree. */
export const wasRefused = (e: { errMsg?: string, errno?: number } | undefined) =>
  e?.errno === 104 || /privacy|deny|denied|disagree/i.test(e?.errMsg ?? '')
