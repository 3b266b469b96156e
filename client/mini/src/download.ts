// What a person takes away as a file: in a browser it is saved, in WeChat it is opened or passed on.
import { api, noAnswer, Problem } from './api'

type Headers = Record<string, string>

/** takePaper fetches a PDF that the server makes. */
export async function takePaper(path: string, name: string): Promise<void> {
  // #ifdef H5
  const paper = await api.load<Blob>(async (headers: Headers) => {
    const r = await fetch(api.origin + path, { headers }).catch(() => { throw noAnswer() })
    return { status: r.status, data: r.ok ? await r.blob() : await r.json().catch(() => null) }
  })
  save(paper, name)
  // #endif
  // #ifdef MP-WEIXIN
  const file = await api.load<string>((headers: Headers) => new Promise((done, failed) => {
    uni.downloadFile({
      url: api.origin + path, header: headers, timeout: 60_000,
      success: (r) => done({ status: r.statusCode, data: r.statusCode === 200 ? r.tempFilePath : refusalIn(r.tempFilePath) }),
      fail: () => failed(noAnswer()),
    })
  }))
  await new Promise<void>((done, failed) => {
    uni.openDocument({ filePath: file, fileType: 'pdf', showMenu: true, success: () => done(), fail: () => failed(cannot()) })
  })
  // #endif
}

// #ifdef MP-WEIXIN
/** refusalIn gives what the server said in place of a file. */
function refusalIn(file: string): unknown {
  try { return JSON.parse(wx.getFileSystemManager().readFileSync(file, 'utf8')) } catch { return null }
}
// #endif

/** takePicture fetches a picture that is not everybody's, and gives what an image can show. */
export async function takePicture(path: string): Promise<string> {
  return api.load<string>(async (headers: Headers) => {
    const { status, data } = await new Promise<{ status: number, data: unknown }>((done, failed) => {
      uni.request({
        url: api.origin + path, header: headers, responseType: 'arraybuffer', timeout: 60_000,
        success: (r) => done({ status: r.statusCode, data: r.data }),
        fail: () => failed(noAnswer()),
      })
    })
    return { status, data: status === 200 ? 'data:image/jpeg;base64,' + uni.arrayBufferToBase64(data as ArrayBuffer) : null }
  })
}

/** takeText gives a text that the page holds as a file. In WeChat it goes to a chat: call it from a tap. */
export async function takeText(text: string, name: string): Promise<void> {
  // #ifdef H5
  save(new Blob([text], { type: 'application/json' }), name)
  // #endif
  // #ifdef MP-WEIXIN
  const path = wx.env.USER_DATA_PATH + '/' + name // forgetTexts finds it there
  wx.getFileSystemManager().writeFileSync(path, text, 'utf8')
  await new Promise<void>((done, failed) => {
    wx.shareFileMessage({ filePath: path, fileName: name, fail: (e) => (/cancel/.test(e.errMsg ?? '') ? done() : failed(cannot())) })
    done()
  })
  // #endif
}

/** forgetTexts removes what takeText has left on the phone to be passed on. */
export function forgetTexts() {
  // #ifdef MP-WEIXIN
  const files = wx.getFileSystemManager(), folder = wx.env.USER_DATA_PATH
  for (const name of files.readdirSync(folder)) if (name.endsWith('.json')) files.unlinkSync(folder + '/' + name)
  // #endif
}

const cannot = () => new Problem(-1, 'file', '这部手机打不开这个文件。请升级微信，或者换一部手机再试。')

// #ifdef H5
function save(file: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
// #endif
