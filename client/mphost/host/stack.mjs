// The pages that lie on each other. A page is made when it is opened, and gone when it is left.

const most = 10 // as many as WeChat lets lie there

export class Stack {
  constructor({ space, backend, program, wrong }) {
    Object.assign(this, { space, backend, program, wrong, all: [] })
  }

  get top() { return this.all.at(-1) }

  titled(text) {
    document.title = text
    document.getElementById('title').textContent = text
  }

  push(url) {
    const [named, raw = ''] = url.split('?')
    const path = named.startsWith('/') ? named.slice(1) : new URL(named, 'http://x/' + (this.top?.path ?? '')).pathname.slice(1)
    if (!this.program.pages.includes(path)) throw new Error('page not found: ' + path)
    if (this.all.length >= most) throw new Error('too many pages lie on each other')
    // As it was written: WeChat hands over scene encoded.
    const query = Object.fromEntries(raw.split('&').filter(Boolean).map((part) => { const [k, v = ''] = part.split('='); return [k, v] }))
    this.tell(this.top, 'onHide')
    const element = document.createElement('div')
    element.className = 'wx-page'
    const place = document.createElement('i')
    element.append(place)
    document.getElementById('stack').append(element)
    const root = this.backend.createRoot('wx-page-root', this.space, path)
    const page = root.get()
    Object.assign(page, { route: path, __route__: path, options: query })
    const one = { path, url, element, root, page }
    this.all.push(one)
    this.show()
    root.attach(element, place)
    this.tell(one, 'onLoad', query)
    this.tell(one, 'onShow')
    setTimeout(() => this.tell(one, 'onReady'))
  }

  drop() {
    const gone = this.all.pop()
    this.tell(gone, 'onUnload')
    gone.root.release()
    gone.element.remove()
  }

  pop(delta) {
    if (this.all.length < 2) return
    for (let i = 0; i < delta && this.all.length > 1; i++) this.drop()
    this.show()
    this.tell(this.top, 'onShow')
  }

  replace(url) { this.drop(); this.push(url) }

  restart(url) { while (this.top) this.drop(); this.push(url) }

  show() {
    for (const one of this.all) one.element.hidden = one !== this.top
    this.titled(this.program.settings[this.top.path]?.navigationBarTitleText ?? this.program.app.window?.navigationBarTitleText ?? '')
    document.getElementById('back').style.visibility = this.all.length > 1 ? 'visible' : 'hidden'
  }

  /** tell calls a page's own method, where it has one. */
  tell(one, what, ...rest) {
    try {
      one?.page[what]?.(...rest)
    } catch (e) {
      this.wrong(`${what}: ${e.stack}`)
    }
  }
}
