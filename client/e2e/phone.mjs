// A phone in somebody's hand: a browser with storage of its own, tapped by what things are called. What goes
// wrong on the page that nobody looks at (errors in the console, a broken policy) is written down.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { photo } from './photo.mjs'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The looks in which each flow is walked: as most see it, and as who needs large letters on a small phone. */
export const looks = [
  { name: 'plain', width: 390, height: 844, large: false },
  { name: 'large', width: 320, height: 640, large: true },
]

const narrowPhone = 320

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
      '--js-flags=--no-maglev,--no-turbofan'], // a page lives for seconds: making its code fast takes longer than running it
  })
}

export class Phone {
  /** take gives a phone that nobody has used before. */
  static async take(browser, { at, look, screens, flow, program }) {
    const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', serviceWorkers: 'block', reducedMotion: 'reduce', ...this.kind(look, screens) })
    context.setDefaultTimeout(20_000)
    const phone = new this()
    Object.assign(phone, { context, at, look, screens, flow, program, wrong: [], refusals: [], checked: [], sent: new Set() })
    await context.exposeBinding('__broken', (_, what) => phone.wrong.push('breaks the policy: ' + what))
    await context.addInitScript(() => addEventListener('securitypolicyviolation', (e) =>
      globalThis.__broken(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`)))
    await phone.ready()
    phone.page = await context.newPage()
    phone.listen()
    if (look.large) await phone.enlarge()
    return phone
  }

  /** ready is what must be done before the first page. */
  async ready() {}

  /** kind is what such a device is to a browser. */
  static kind(look, screens) {
    return { viewport: { width: look.width, height: look.height }, hasTouch: true, isMobile: true, deviceScaleFactor: screens ? 2 : 1 }
  }

  listen() {
    this.page.on('request', (r) => { if (r.method() !== 'GET') this.sent.add(r) })
    for (const end of ['requestfinished', 'requestfailed']) this.page.on(end, (r) => this.sent.delete(r))
    this.page.on('pageerror', (e) => this.wrong.push('throws: ' + (e.stack ?? e)))
    this.page.on('console', (m) => {
      // The browser writes a line for each refusal, too; refusals are judged as answers.
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource:')) this.wrong.push('logs: ' + m.text())
    })
    this.page.on('response', (r) => { if (r.status() >= 400) this.refusals.push(`${r.status()} ${r.request().method()} ${new URL(r.url()).pathname}`) })
    this.page.on('request', (r) => { if (!r.url().startsWith(this.at) && !/^(data|blob):/.test(r.url())) this.wrong.push('asks another host: ' + r.url()) })
  }

  /** enlarge turns on the large letters, where who uses the phone looks for them. */
  async enlarge() {
    await this.goTo('/pages/me/index')
    await this.tap('large-text')
    await this.see('large-text', '已打开')
  }

  /**
   * done waits until what was sent has an answer, or none can come: leaving a page cuts off what it sends. A word
   * that comes has to go by itself, too: one that stays covers what lies under it.
   */
  async done() {
    await new Promise((done) => setTimeout(done, 50)) // a tap sends a moment later
    await this.naming('answers to what was sent', async () => {
      for (let i = 0; this.sent.size > 0; i++) {
        if (i > 200) throw new Error([...this.sent].map((r) => r.method() + ' ' + r.url()).join(', '))
        await new Promise((done) => setTimeout(done, 50))
      }
    })
    await this.naming('the end of a passing word', () => this.page.waitForFunction(() =>
      ![...document.querySelectorAll('uni-toast, .el-message')].some((word) => word.getClientRects().length > 0), null, { polling: 100 }))
  }

  /** unsee takes what comes and goes by itself out of sight, or puts it back. */
  async unsee(is) {
    await this.page.evaluate((v) => { for (const word of document.querySelectorAll('uni-toast, .el-message')) word.style.visibility = v }, is ? 'hidden' : '')
  }

  /** address is where a page of the client is. */
  address(path) { return this.at + '/#' + path }

  /** goTo opens a page of the client by its address, as a scan does. */
  async goTo(path) {
    await this.done()
    await this.page.goto('about:blank')
    await this.page.goto(this.address(path))
  }

  get(id) { return this.page.locator(`[data-testid="${id}"]:visible`) }

  /** see waits until something is there, with a text in it if one is given, and gives its words. */
  async see(id, text) {
    const found = text === undefined ? this.get(id) : this.get(id).filter({ hasText: text })
    await this.naming(id + (text ? ` with “${text}”` : ''), () => found.first().waitFor())
    await this.naming('the end of what is under way', () => this.page.locator('.btn.busy:visible').first().waitFor({ state: 'hidden' })) // what a button does changes what is there
    return (await found.first().innerText()).trim()
  }

  /** miss waits until nothing of the name, with this text, is there. */
  async miss(id, text) {
    const found = text === undefined ? this.get(id) : this.get(id).filter({ hasText: text })
    await this.naming('no ' + id, async () => {
      for (let i = 0; await found.count() > 0; i++) {
        if (i > 100) throw new Error('it is still there')
        await new Promise((done) => setTimeout(done, 100))
      }
    })
  }

  async tap(id, text) {
    const found = text === undefined ? this.get(id) : this.get(id).filter({ hasText: text })
    await this.naming('to tap ' + id, () => this.touch(found.first()))
  }

  touch(thing) { return thing.tap() }

  /** write types into a field: the name stands on it, or on what the framework puts around it. */
  async write(id, text) {
    const field = this.page.locator(`:is(input, textarea)[data-testid="${id}"], [data-testid="${id}"] :is(input, textarea)`)
    await this.naming('to write into ' + id, () => field.first().fill(text))
  }

  /** photograph taps what asks for a photo, and takes one. */
  async photograph(id) {
    const [choosing] = await Promise.all([this.page.waitForEvent('filechooser'), this.tap(id)])
    await choosing.setFiles({ name: '楼道灯.png', mimeType: 'image/png', buffer: photo() })
  }

  /** field gives what is written in a field. */
  async field(id) {
    return this.page.locator(`:is(input, textarea)[data-testid="${id}"]:visible, [data-testid="${id}"]:visible :is(input, textarea)`).first().inputValue()
  }

  /** tapIn taps what stands within something that has a text. */
  async tapIn(id, text, inner) {
    await this.naming('to tap ' + inner, () => this.get(id).filter({ hasText: text }).first().locator(`[data-testid="${inner}"]`).tap())
  }

  /** inWeChat tells whether it is WeChat that shows the pages. */
  get inWeChat() { return false }

  /** kept gives what the app keeps on the phone under a name. */
  async kept(name) { return this.page.evaluate((n) => localStorage.getItem(n), name) }

  /** number gives the phone's own number: in a browser of the demo it is typed into a field, in WeChat it is known. */
  async number(id, number) { await this.write(id, number) }

  /** restart is what happens when the page was thrown out in the background and is opened again. */
  async restart() { await this.page.reload() }

  /** back goes back by the phone's own key. */
  async back() { await this.page.goBack() }

  /** tapOff taps what takes no taps now, as people do. */
  async tapOff(id) {
    await this.see(id)
    const off = await this.get(id).first().getAttribute('aria-disabled')
    if (off !== 'true') throw new Error(`${id} should be off, and is ${off}`)
    await this.naming('to tap ' + id, () => this.get(id).first().tap({ force: true }))
  }

  /** twice taps so fast that the page has no time to answer in between. */
  async twice(id) {
    await this.see(id)
    await this.naming('to tap ' + id + ' twice', () => this.get(id).first().evaluate((e) => { e.click(); e.click() }))
  }

  /** agree answers a question that stands above the page with yes, in its words. */
  async agree(text) {
    await this.naming('to answer ' + text, () => this.page.locator('.uni-modal__btn_primary', { hasText: text }).tap())
  }

  /** download taps what gives a file, and gives what is in it. Its name is what people find it by. */
  async download(id) {
    const [file] = await this.naming('a file from ' + id, () => Promise.all([this.page.waitForEvent('download'), this.tap(id)]))
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
  }

  /** lose makes answers of a kind get lost: before the server has heard ('ask'), or after ('answer'). It gives how to end that. */
  async lose(path, what = 'ask') {
    const at = (url) => url.pathname === path
    const cut = async (route) => {
      if (what === 'answer') await route.fetch()
      await route.abort('connectionreset')
    }
    await this.page.route(at, cut)
    return () => this.page.unroute(at, cut)
  }

  async naming(what, act) {
    try {
      return await act()
    } catch (e) {
      const body = await this.page.locator('body').innerText().catch(() => '')
      if (this.screens) await this.page.screenshot({ path: join(this.screens, `${this.flow}-${this.look.name}-stuck.png`) }).catch(() => {})
      throw new Error(`${what}: ${String(e.message).split('\n')[0]}\nat ${this.page.url()}:\n${body.slice(0, 800)}\n${this.wrong.join('\n')}`, { cause: e })
    }
  }

  /** check looks at the page as it stands: for everybody's eyes, on a narrow phone, and as a picture. */
  async check(name) {
    await this.unsee(true) // a word that comes and goes is judged by nobody while it fades; done waits for its end
    await this.naming('the page to stand still', () => this.page.evaluate(async () => {
      await document.fonts.ready
      const seen = (a) => a.animationName !== 'shadow-preload' // the framework's, which fetches a picture and moves nothing
      const moving = () => document.getAnimations().filter((a) => a.playState === 'running' && a.effect.getComputedTiming().endTime < 5000 && seen(a))
      for (let some = moving(); some.length; some = moving()) await Promise.allSettled(some.map((a) => a.finished))
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    }))
    this.checked.push(name)
    await this.reads(name)
    await this.fits(name)
    if (this.screens) await this.page.screenshot({ path: join(this.screens, `${this.flow}-${this.look.name}-${name}.png`), fullPage: false })
    await this.unsee(false)
  }

  /** reads asks axe whether everybody can use the page (WCAG 2.1, A and AA). */
  async reads(name) {
    if (!await this.page.evaluate(() => 'axe' in globalThis)) await this.page.evaluate(axeSource)
    const violations = await this.page.evaluate(async () => {
      const found = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'], preload: false })
      return found.violations.map((v) => `${v.id} (${v.help}): ${v.nodes.slice(0, 4).map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''}`).join(' | ')}`)
    })
    for (const v of violations) this.wrong.push(`${name}: ${v}`)
  }

  /** fits tells whether anything reaches beyond the side of a narrow phone, or of another width. */
  async fits(name, narrow = narrowPhone) {
    const was = this.page.viewportSize()
    if (was.width !== narrow) await this.page.setViewportSize({ width: narrow, height: was.height })
    const beyond = await this.page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      const wide = document.documentElement.clientWidth
      if (document.scrollingElement.scrollWidth <= wide) return []
      return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > wide + 1)
        .slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.className} ${Math.round(e.getBoundingClientRect().right)} px “${(e.textContent ?? '').slice(0, 20)}”`)
    })
    if (was.width !== narrow) await this.page.setViewportSize(was)
    if (beyond.length > 0) this.wrong.push(`${name}: scrolls sideways at ${narrow} px: ${beyond.join('; ')}`)
  }

  /** refused takes note that the server was right to refuse something. */
  refused(status, path) {
    const i = this.refusals.findIndex((r) => r.startsWith(status + ' ') && r.includes(path))
    if (i < 0) throw new Error(`nothing was refused with ${status} at ${path}: ${this.refusals.join(', ')}`)
    this.refusals.splice(i, 1)
  }

  /** putAway closes the phone and gives everything that went wrong on it. */
  async putAway() {
    await this.done().catch((e) => this.wrong.push(String(e.message)))
    const wrong = [...this.wrong, ...this.refusals.map((r) => 'was refused: ' + r)]
    await this.context.close()
    return wrong
  }
}
