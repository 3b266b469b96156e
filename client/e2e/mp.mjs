// The mini-program as it was compiled for WeChat, in somebody's hand: what stands in for WeChat is ../mphost.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Phone } from './phone.mjs'
import { photo } from './photo.mjs'

const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.png': 'image/png', '.svg': 'image/svg+xml' }

/** compile makes a page of what was built for WeChat. It throws where a template, style or script is broken. */
export async function compile(built, out) {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('../mphost/compile.mjs', import.meta.url)), built, out])
}

export class MpPhone extends Phone {
  /** The host's pages come from beside the server under test: what the program calls is where it came from. */
  async ready() {
    await this.context.route(this.at + '/__mp/**', async (route) => {
      const file = normalize(new URL(route.request().url()).pathname.slice('/__mp/'.length))
      const body = await readFile(join(this.program, file)).catch(() => null)
      return body ? route.fulfill({ body, contentType: kinds[extname(file)] }) : route.fulfill({ status: 404, body: 'not there' })
    })
    await this.context.addInitScript((large) => { globalThis.phone = { fontSizeScaleFactor: large ? 1.4 : 1 } }, this.look.large)
    await super.ready()
  }

  /** Who needs large letters has set WeChat so. */
  async enlarge() {}

  address(path) { return `${this.at}/__mp/index.html?__open=${encodeURIComponent(path)}` }

  get inWeChat() { return true }

  async kept(name) { return this.page.evaluate((n) => globalThis.phone.wx.getStorageSync(n), name) }

  async number(_, number) { await this.page.evaluate((n) => { globalThis.phone.number = n }, number) }

  /** scan taps what opens the camera, and holds it on a code. */
  async scan(id, text) {
    await this.page.evaluate((t) => { globalThis.phone.scanned = t }, text)
    await this.tap(id)
  }

  async restart() { await this.goTo(await this.page.evaluate(() => globalThis.phone.at())) }

  async back() { await this.page.locator('#back').tap() }

  async agree(text) {
    await this.naming('to answer ' + text, () => this.page.locator('#modal .yes', { hasText: text }).tap())
  }

  async twice(id) {
    await this.see(id)
    await this.get(id).first().scrollIntoViewIfNeeded()
    const box = await this.get(id).first().boundingBox()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await Promise.all([this.page.touchscreen.tap(x, y), this.page.touchscreen.tap(x, y)])
  }

  async photograph(id) {
    await this.page.evaluate((png) => {
      const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0))
      globalThis.phone.photos = [{ path: URL.createObjectURL(new Blob([bytes], { type: 'image/png' })), size: bytes.length }]
    }, photo().toString('base64'))
    await this.tap(id)
  }

  /** download taps what gives a file, and gives it as WeChat opens or passes it on. */
  async download(id) {
    await this.page.evaluate(() => { globalThis.phone.opened = null })
    await this.tap(id)
    const opened = await this.naming('a file from ' + id, () => this.page.waitForFunction(() => globalThis.phone.opened))
    const { name, base64 } = await opened.jsonValue()
    return { name, bytes: Buffer.from(base64, 'base64') }
  }

  async putAway() {
    const wrong = await this.page.evaluate(() => globalThis.phone?.wrong ?? []).catch(() => [])
    return [...wrong.map((w) => 'in the mini-program: ' + w), ...await super.putAway()]
  }
}
