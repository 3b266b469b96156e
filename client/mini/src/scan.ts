// Whatever code is scanned, or typed in, its page opens.
import { api, Problem } from './api'
import { useTry } from './load'
import { wasRefused } from './privacy'
import { openPage } from './say'
import { codeIn, sceneIn } from './scene'

// The pages that a code may name by itself: what is scanned opens nothing else.
const named = /(?:^|[/#])pages\/(?:unit|community|plaque|console-login|verify)\/index\?[\w=&%.-]+|(?:^|[/#])pages\/activities\/one\?[\w=&%.-]+/

const paper = /\/certificates#(ZY-[\d-]+)\.([0-9A-Za-z]{8})$/ // the address on a certificate

/** pageBehind gives the page that a code opens. Where none does, the problem says what to do. */
export async function pageBehind(text: string): Promise<string> {
  const page = named.exec(text)?.[0].replace(/^[/#]/, '')
  if (page) return '/' + page
  const certificate = paper.exec(text)
  if (certificate) return `/pages/verify/index?number=${certificate[1]}&code=${certificate[2]}`
  const checkIn = codeIn(text)
  if (checkIn) return `/pages/activities/one?id=${checkIn.split('-')[0]}&code=${checkIn}`
  const scene = sceneIn(text) || (/^\w{12}$/.test(text.trim()) ? text.trim().toUpperCase() : '') // phones write small letters first
  if (!scene) throw new Problem(-1, 'scan', '这里面没有我们的码。请扫海报、门牌或者电脑上的码，或者输入码下面的字。')
  const found = await api.get('/v1/scenes/{scene}', { path: { scene } })
  if (!found.page) throw new Problem(-1, 'scan.' + found.is, found.text ?? '')
  return `/${found.page}?scene=${scene}`
}

/** useScan opens what a person scans or types in. */
export function useScan() {
  const { problem: wrong, busy: opening, attempt } = useTry()

  const open = (text: string) => attempt(async () => openPage(await pageBehind(text)))

  function scan() {
    uni.scanCode({
      onlyFromCamera: true, // a picture that somebody has sent may be of a computer on which they want to be let in
      success: (r) => { open((r as { path?: string }).path || r.result) },
      fail: (e: { errMsg?: string }) => { if (wasRefused(e)) wrong.value = new Problem(-1, 'camera', '没有同意使用相机，可以输入海报上码下面的字。') },
    })
  }

  return { wrong, opening, open, scan }
}
