// What can be done about a matter, in people's words.
import { api, type Answer } from '../../api'

export type Matter = Answer<'get', '/v1/matters/{id}'>

export interface Said { seen: number, words: string, photos: string[] }

interface Move {
  may: string // the word of the API that allows it
  text: string // on its button
  ask: string // above what is to be written
  send: string
  done: string
  silent?: boolean // takes no photos
  make(id: string, said: Said): Promise<Matter>
}

/** moves are those for which something is written. To take on takes a tap, to give needs a person. */
export const moves: Record<string, Move> = {
  resolve: {
    may: 'resolve', text: '办好了', ask: '怎样办的（上报人会看到，并来评价）', send: '办结', done: '已经办结，请上报人评价',
    make: (id, body) => api.post('/v1/matters/{id}/resolve', { path: { id }, body }),
  },
  ask: {
    may: 'ask', text: '问上报人', ask: '想请上报人补充什么（等补充的时候不算时间）', send: '问一问', done: '已经问了，等上报人补充',
    make: (id, body) => api.post('/v1/matters/{id}/ask', { path: { id }, body }),
  },
  pass_up: {
    may: 'pass_up', text: '办不了，转交上级', ask: '为什么要转交（上报人会看到）', send: '转交上级', done: '已经转交上级',
    make: (id, body) => api.post('/v1/matters/{id}/pass-up', { path: { id }, body }),
  },
  return: {
    may: 'return', text: '退回下级', ask: '为什么退回（上报人会看到）', send: '退回下级', done: '已经退回下级',
    make: (id, body) => api.post('/v1/matters/{id}/return', { path: { id }, body }),
  },
  // Who speaks for a reporter without a phone asks them first.
  answer: {
    may: 'answer', text: '代上报人补充', ask: '上报人怎么说（请先问过本人）', send: '代为补充', done: '已经代为补充',
    make: (id, body) => api.post('/v1/matters/{id}/answer', { path: { id }, body }),
  },
  satisfied: {
    may: 'satisfy', text: '代为评价：解决了，满意', ask: '上报人怎么说（请先问过本人）', send: '代为评价满意', done: '已经代为评价，这件事了结',
    make: (id, body) => api.post('/v1/matters/{id}/rate', { path: { id }, body: { ...body, solved: true, satisfied: true } }),
  },
  unsolved: {
    may: 'reopen', text: '代为评价：没有解决或不满意', ask: '哪里没有办好（请先问过本人）', send: '请上一级重新办', done: '已经交给上一级重新办',
    make: (id, body) => api.post('/v1/matters/{id}/rate', { path: { id }, body: { ...body, solved: false, satisfied: false } }),
  },
  withdraw: {
    may: 'withdraw', text: '代上报人撤回', ask: '为什么撤回（请先问过本人）', send: '代为撤回', done: '已经撤回', silent: true,
    make: (id, { seen, words }) => api.post('/v1/matters/{id}/withdraw', { path: { id }, body: { seen, words } }),
  },
}
