// The one client of the app. In a browser the server is where the page came from.
import { createClient, noAnswer, Problem, type Answer, type Send } from '../../shared/client'
// #ifdef H5
import { fetchSend } from '../../shared/fetch'
// #endif
// #ifndef H5
import { uniSend } from '../../shared/uni'
// #endif
import { know, session, signOut } from './session'

let origin: string
let send: Send
// #ifndef H5
origin = __SERVER__
send = uniSend
// #endif
// #ifdef H5
origin = ''
send = fetchSend
// #endif

export const api = createClient({
  origin,
  send,
  token: () => session.token,
  signedOut: signOut,
  shelf: {
    read: () => String(uni.getStorageSync('keys') || ''),
    write: (text) => uni.setStorageSync('keys', text),
  },
})

export { noAnswer, Problem, type Answer }

export type Me = Answer<'get', '/v1/me'>
export type Photo = Answer<'post', '/v1/files'>

/** whoAmI asks the server, and lets every page know. */
export async function whoAmI(): Promise<Me> {
  const me = await api.get('/v1/me')
  know(me)
  return me
}

/** inDemo gives the personas of a demo; nobody in service, where there is no such address. */
export async function personas(): Promise<Answer<'get', '/demo/personas'>['items']> {
  try {
    return (await api.get('/demo/personas')).items
  } catch (e) {
    if (e instanceof Problem && e.status === 404) return []
    throw e
  }
}

/** uploadPhoto sends one photo. The same photo sent again after a lost answer is one photo. */
export function uploadPhoto(path: string, progress: (percent: number) => void): Promise<Photo> {
  return api.once<Photo>('photo ' + path, (headers) => new Promise((done, failed) => {
    const task = uni.uploadFile({
      url: api.origin + '/v1/files', filePath: path, name: 'file', header: headers, timeout: 60_000,
      success: (r) => {
        let data: unknown
        try { data = JSON.parse(r.data) } catch { /* judged by its status */ }
        done({ status: r.statusCode, data })
      },
      fail: () => failed(noAnswer()),
    })
    task?.onProgressUpdate?.((p) => progress(p.progress))
  }))
}

/** siteURL is where a page of this app opens in any browser. */
export function siteURL(page: string): string {
  let site = origin
  // #ifdef H5
  site = location.origin
  // #endif
  return site + '/#' + page
}

/** pictureURL is where a picture of the server's is loaded from. */
export const pictureURL = (path: string) => api.origin + path
