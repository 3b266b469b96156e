// What staff register of a resident: what it is called, which right it needs, and of whom it can be said.
import type { Answer } from '../api'
import { may, type Action } from '../session'

export type Whole = Answer<'get', '/v1/people/{id}'>

interface Change { title: string, needs: Action, of: (p: Whole) => boolean }

const here = (p: Whole) => p.state === 'here'

/** under14 tells whether somebody is a child that a guardian decides for. */
function under14(p: Whole): boolean {
  if (!p.birth_date) return false
  const [year, month, day] = p.birth_date.split('-').map(Number)
  return new Date(year + 14, month - 1, day) > new Date()
}

export const changes = {
  membership: { title: '登记政治面貌', needs: 'change_people', of: here },
  correct: { title: '改正登记信息', needs: 'change_people', of: () => true },
  guardian: { title: '登记监护人', needs: 'change_people', of: (p) => here(p) && under14(p) },
  move: { title: '登记迁居', needs: 'change_people', of: () => true },
  leave: { title: '登记迁出', needs: 'change_people', of: here },
  unbind: { title: '解除微信绑定', needs: 'approve_rebinding', of: (p) => p.bound },
  limit: { title: '限制上报次数', needs: 'limit_reporters', of: here },
} satisfies Record<string, Change>

export type ChangeName = keyof typeof changes

/** particulars are what can be put right of somebody, one by one. */
export const particulars = {
  name: { title: '姓名', hint: '' },
  phone: { title: '手机号', hint: '空着就是不登记手机号。' },
  id_number: { title: '身份证号', hint: '号码里的出生日期会一并改正。空着就是不登记身份证号。' },
  birth_date: { title: '出生日期', hint: '是否未满14周岁、要不要监护人同意，都按这个日期。登记了身份证号的，请改正身份证号。' },
  address: { title: '户籍地址', hint: '空着就是不登记户籍地址。' },
} satisfies Partial<Record<keyof Whole, { title: string, hint: string }>>

export type Particular = keyof typeof particulars

/** offered gives what one may register of somebody. */
export const offered = (p: Whole) => (Object.keys(changes) as ChangeName[]).filter((name) => may(changes[name].needs as Action) && changes[name].of(p))
