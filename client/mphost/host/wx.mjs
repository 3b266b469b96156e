// What a mini-program asks of the phone. What is not here is not there: calling it is an error, as it is in
// WeChat. A flow may put another answer in place of any of these through globalThis.phone.answers.

const shelf = globalThis.localStorage
const mine = (key) => 'mp:' + key

const size = () => ({
  windowWidth: innerWidth, windowHeight: innerHeight - 44, screenWidth: innerWidth, screenHeight: innerHeight, statusBarHeight: 0, pixelRatio: devicePixelRatio,
  safeArea: { top: 0, left: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight },
})
const base = () => ({
  SDKVersion: '3.7.0', version: '8.0.50', language: 'zh_CN', theme: 'light', fontSizeSetting: 16,
  fontSizeScaleFactor: globalThis.phone.fontSizeScaleFactor ?? 1, host: { env: 'WeChat' },
})
const device = () => ({ platform: 'devtools', brand: 'devtools', model: 'host', system: 'Linux', deviceOrientation: 'portrait', benchmarkLevel: 1 })

const failed = (name, why) => ({ errMsg: `${name}:fail ${why?.message ?? why}`, ...(why?.errno && { errno: why.errno }) })

/** agreed asks about privacy where the person has not been asked (phone.privacy is 'open'), as WeChat does: the program shows the question. */
export const agreed = () => (globalThis.phone.privacy !== 'open' ? Promise.resolve() : new Promise((done, no) => {
  globalThis.phone.needPrivacy((said) => {
    if (said.event === 'exposureAuthorization') return
    if (said.event === 'disagree') { no(Object.assign(new Error('privacy permission is not authorized'), { errno: 104 })); return }
    globalThis.phone.privacy = 'agreed'
    done()
  })
}))

/** numberOf is what the button for the phone number tells. */
export const numberOf = () => agreed().then(() => ({ errMsg: 'getPhoneNumber:ok', code: globalThis.phone.number ? 'demo-phone:' + globalThis.phone.number : undefined }), (why) => failed('getPhoneNumber', why))

/** later answers as WeChat does: never before the caller has gone on, and as a promise where no one is called back. */
function later(name, act) {
  return (o = {}) => {
    const run = new Promise((done) => setTimeout(done)).then(() => (globalThis.phone.answers[name] ?? act)(o)).then(
      (got) => ({ errMsg: name + ':ok', ...got }), (why) => { throw failed(name, why) })
    if (!o.success && !o.fail && !o.complete) return run
    run.then((r) => { o.success?.(r); o.complete?.(r) }, (r) => { o.fail?.(r); o.complete?.(r) })
    return undefined
  }
}

/** ask sends a request: success for every status, fail where no answer came. */
async function ask(o, body, headers) {
  const r = await globalThis.fetch(globalThis.phone.reach(o.url), { method: (o.method ?? 'GET').toUpperCase(), headers, body, signal: AbortSignal.timeout(o.timeout ?? 60_000) })
  return { statusCode: r.status, header: Object.fromEntries(r.headers), cookies: [], ...(o.responseType === 'arraybuffer' ? { bytes: await r.arrayBuffer() } : { text: await r.text() }) }
}

const lower = (headers = {}) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const request = later('request', async (o) => {
  const { text, bytes, ...r } = await ask(o, (o.method ?? 'GET').toUpperCase() === 'GET' ? undefined : typeof o.data === 'object' ? JSON.stringify(o.data) : o.data, { 'content-type': 'application/json', ...lower(o.header) })
  let data = bytes ?? text
  if (!bytes && (o.dataType ?? 'json') === 'json') try { data = JSON.parse(text) } catch { /* WeChat hands over what it can't read */ }
  return { ...r, data }
})

const uploadFile = later('uploadFile', async (o) => {
  const form = new FormData()
  form.append(o.name, await (await globalThis.fetch(o.filePath)).blob(), 'photo.png')
  const { 'content-type': _, ...headers } = lower(o.header)
  const { text, ...r } = await ask({ ...o, method: 'POST' }, form, headers)
  return { ...r, data: text }
})

const running = (act) => (o) => { act({ success() {}, ...o }); return { abort() {}, onProgressUpdate() {}, offProgressUpdate() {}, onHeadersReceived() {} } }

let hiding
function toast(text, ms) {
  const at = document.getElementById('toast')
  clearTimeout(hiding)
  at.textContent = text
  at.hidden = !text
  if (text && ms) hiding = setTimeout(() => { at.hidden = true }, ms)
}

/** modal asks above the page, as WeChat does. */
const modal = (o) => new Promise((done) => {
  const at = document.getElementById('modal')
  at.querySelector('.asked').textContent = [o.title, o.content].filter(Boolean).join('\n')
  const [no, yes] = [at.querySelector('.no'), at.querySelector('.yes')]
  no.textContent = o.cancelText ?? '取消'
  yes.textContent = o.confirmText ?? '确定'
  no.hidden = o.showCancel === false
  const end = (confirm) => () => { at.hidden = true; done({ confirm, cancel: !confirm }) }
  no.onclick = end(false)
  yes.onclick = end(true)
  at.hidden = false
})

const base64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (b) => String.fromCharCode(b)).join(''))
const files = new Map() // what was loaded, by its path
const own = (path) => 'file:' + path // what the program has written stays on the phone
const fileAt = (path) => files.get(path) ?? shelf.getItem(own(path)) ?? undefined
/** written gives the paths of what the program keeps as files. */
export const written = () => Object.keys(shelf).filter((k) => k.startsWith(own(''))).map((k) => k.slice(own('').length))

const downloadFile = later('downloadFile', async (o) => {
  const r = await globalThis.fetch(globalThis.phone.reach(o.url), { headers: o.header })
  const tempFilePath = `wxfile://tmp/${files.size}`
  files.set(tempFilePath, base64(await r.arrayBuffer()))
  return { statusCode: r.status, tempFilePath, header: {} }
})
/** shown is what a picture of the phone's own is loaded from. */
export const shown = (path) => (/^(data|blob):/.test(path) ? path : files.has(path) ? 'data:;base64,' + files.get(path) : globalThis.phone.reach(path))
const taken = (path) => {
  const inline = /^data:[^,]*;base64,(.*)$/s.exec(path)?.[1]
  const bytes = inline ?? fileAt(path)
  if (!bytes) throw new Error('no such file')
  globalThis.phone.opened = { name: inline ? '' : path.split('/').at(-1), base64: bytes }
}
const words = (path) => new TextDecoder().decode(Uint8Array.from(atob(fileAt(path)), (c) => c.charCodeAt(0)))

/** wxOf gives the wx of one mini-program. */
export function wxOf(stack, launched) {
  const wx = {
    request: running(request), uploadFile: running(uploadFile),
    getSystemInfoSync: () => ({ ...size(), ...base(), ...device() }), getWindowInfo: size, getAppBaseInfo: base, getDeviceInfo: device,
    getSystemSetting: () => ({}), getAppAuthorizeSetting: () => ({}),
    getLaunchOptionsSync: () => launched, getEnterOptionsSync: () => launched,
    getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid', envVersion: 'develop', version: '' } }),
    getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 6, right: innerWidth - 7, bottom: 38, left: innerWidth - 94 }),
    canIUse: () => true, nextTick: (f) => { Promise.resolve().then(f) },
    getStorageSync: (key) => JSON.parse(shelf.getItem(mine(key)) ?? '""'), setStorageSync: (key, value) => shelf.setItem(mine(key), JSON.stringify(value)),
    removeStorageSync: (key) => shelf.removeItem(mine(key)),
    getStorage: later('getStorage', (o) => { if (shelf.getItem(mine(o.key)) === null) throw new Error('data not found'); return { data: wx.getStorageSync(o.key) } }),
    setStorage: later('setStorage', (o) => wx.setStorageSync(o.key, o.data)), removeStorage: later('removeStorage', (o) => wx.removeStorageSync(o.key)),
    getStorageInfoSync: () => ({ keys: Object.keys(shelf).filter((k) => k.startsWith('mp:')).map((k) => k.slice(3)) }),
    login: later('login', () => ({ code: 'demo:newcomer' })), getNetworkType: later('getNetworkType', () => ({ networkType: navigator.onLine ? 'wifi' : 'none' })),
    onNetworkStatusChange: (told) => { for (const what of ['online', 'offline']) addEventListener(what, () => told({ isConnected: navigator.onLine, networkType: navigator.onLine ? 'wifi' : 'none' })) },
    onNeedPrivacyAuthorization: (told) => { globalThis.phone.needPrivacy = told }, requestSubscribeMessage: later('requestSubscribeMessage', (o) => Object.fromEntries(o.tmplIds.map((id) => [id, 'accept']))),
    getGroupEnterInfo: later('getGroupEnterInfo', () => { throw new Error('not from a group') }),
    downloadFile: running(downloadFile), openDocument: later('openDocument', (o) => taken(o.filePath)), shareFileMessage: later('shareFileMessage', (o) => taken(o.filePath)),
    env: { USER_DATA_PATH: 'wxfile://usr' }, arrayBufferToBase64: base64,
    getFileSystemManager: () => ({
      writeFileSync: (path, text) => shelf.setItem(own(path), base64(new TextEncoder().encode(text))), readFileSync: (path) => words(path),
      readdirSync: (folder) => written().filter((p) => p.startsWith(folder + '/')).map((p) => p.slice(folder.length + 1)), unlinkSync: (path) => shelf.removeItem(own(path)),
    }),
    chooseImage: later('chooseImage', () => agreed().then(() => ({ tempFilePaths: globalThis.phone.photos.map((p) => p.path), tempFiles: globalThis.phone.photos }))),
    chooseMedia: later('chooseMedia', () => agreed().then(() => ({ type: 'image', tempFiles: globalThis.phone.photos.map((p) => ({ tempFilePath: p.path, size: p.size, fileType: 'image' })) }))),
    compressImage: later('compressImage', (o) => ({ tempFilePath: o.src })), previewImage: later('previewImage', (o) => { const one = o.current ?? o.urls[0]; if (files.has(one) || one.startsWith('data:')) taken(one) }), setKeepScreenOn: later('setKeepScreenOn', () => {}), scanCode: later('scanCode', () => ({ result: globalThis.phone.scanned })),
    makePhoneCall: later('makePhoneCall', () => {}), setClipboardData: later('setClipboardData', () => {}),
    showToast: later('showToast', (o) => toast(o.title, o.duration ?? 1500)), hideToast: later('hideToast', () => toast('')),
    showLoading: later('showLoading', (o) => toast(o.title)), hideLoading: later('hideLoading', () => toast('')),
    showModal: later('showModal', modal),
    stopPullDownRefresh: later('stopPullDownRefresh', () => {}), pageScrollTo: later('pageScrollTo', (o) => scrollTo(0, o.scrollTop ?? 0)),
    setNavigationBarTitle: later('setNavigationBarTitle', (o) => stack.titled(o.title)),
    navigateTo: later('navigateTo', (o) => stack.push(o.url)), redirectTo: later('redirectTo', (o) => stack.replace(o.url)),
    reLaunch: later('reLaunch', (o) => stack.restart(o.url)), switchTab: later('switchTab', (o) => stack.restart(o.url)), navigateBack: later('navigateBack', (o) => stack.pop(o.delta ?? 1)),
  }
  for (const event of ['AppShow', 'AppHide', 'Error', 'PageNotFound', 'UnhandledRejection', 'ThemeChange', 'WindowResize', 'KeyboardHeightChange', 'LocaleChange', 'MemoryWarning']) {
    wx['on' + event] = wx['off' + event] = () => {}
  }
  return wx
}
