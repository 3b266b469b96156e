// How one gets in: this screen shows a code, a telephone says who sits before it, and the server gives the
// browser a cookie.
import { createClient } from '../../shared/client'
import { cookieSend, fetchSend } from '../../shared/fetch'
import { api, Problem, type Answer } from './api'
import { enter } from './session'

export type Opened = Answer<'post', '/v1/console-logins'>

/** open asks for a code to show: each time for another one, as the cookie that belongs to a lost one is lost with it. */
export const open = () => api.once<Opened>('console-login ' + Math.random(), (headers) => cookieSend({ method: 'POST', url: '/v1/console-logins', headers }))

const lookEvery = 2000

/** await approval waits until somebody has said yes on a telephone, then enters. Stopped, it gives false. */
export async function approval(stopped: () => boolean): Promise<boolean> {
  while (!stopped()) {
    await new Promise((done) => setTimeout(done, lookEvery))
    if (stopped()) return false
    if (await approved()) {
      await goIn()
      return true
    }
  }
  return false
}

async function approved(): Promise<boolean> {
  try {
    const { state } = await api.get('/v1/console-logins/mine')
    if (state === 'refused') throw new Problem(409, 'console.login_refused', '手机上拒绝了这次登录。如果是您本人要登录，请刷新二维码，再扫一次。')
    return state === 'approved'
  } catch (e) {
    if (e instanceof Problem && e.status === 0) return false // a moment without a network
    throw e
  }
}

async function goIn() {
  const s = await api.post('/v1/console-logins/mine/session')
  await enter(s.csrf_token)
}

/** personas gives those of a demo; nobody in service, where there is no such address. */
export async function personas(): Promise<Answer<'get', '/demo/personas'>['items']> {
  try {
    return (await api.get('/demo/personas')).items.filter((p) => p.roles.length > 0)
  } catch (e) {
    if (e instanceof Problem && e.status === 404) return []
    throw e
  }
}

/** be enters as a persona of the demo: this page is their telephone for a moment, and goes the same way. */
export async function be(persona: string) {
  let token = ''
  let keys = ''
  const phone = createClient({
    origin: '', send: fetchSend, token: () => token, signedOut: () => { token = '' },
    shelf: { read: () => keys, write: (text) => { keys = text } },
  })
  const { scene } = await open()
  token = (await phone.post('/v1/login', { body: { code: 'demo:' + persona } })).token
  await phone.post('/v1/console-logins/{scene}/approve', { path: { scene } })
  await phone.post('/v1/logout')
  await goIn()
}
