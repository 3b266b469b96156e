// How far somebody is who is nobody here yet: they have no inbox, so it stands where they look first.
import type { Answer } from '../../api'

type Binding = Answer<'get', '/v1/me/binding'>

/** over words how the last request or binding ended, and what helps; nothing when none has. */
export function over(b: Binding): string {
  if (b.state === 'refused') return `上次的申请没有通过。原因：${b.reason}。可以照原因改正以后再申请一次，也可以带证件当面请单元长或社区帮您登记。`.replace('。。', '。')
  if (b.state === 'ended') return `原来的绑定或申请已经结束。原因：${b.reason}。要用的话可以重新确认；不是您本人的意思，请联系社区。`.replace('。。', '。')
  return ''
}

/** standing words what to know on one's own page, in any state but bound. */
export function standing(b: Binding): string {
  if (b.next === 'ask_chief') return '手机号在名册里没有对上，还差一步：请单元长确认。点“确认我是哪一户”接着办。'
  if (b.next === 'wait_for_chief') return '申请已经送到单元长那里，正在等确认。'
  if (b.next === 'wait_for_community') return '申请已经送到社区，正在等核实。'
  return over(b)
}
