// Runs a compiled mini-program in a browser, on the component framework that WeChat has published. It stands in for
// WeChat in tests: it proves that templates, scripts and calls fit together, not how a phone draws or how fast.
import * as easel from 'glass-easel'
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import { Stack } from './stack.mjs'
import { bring } from './tags.mjs'
import { wxOf, written } from './wx.mjs'

const program = globalThis.program
const asked = new URLSearchParams(location.search)

// What a test sets before it starts, and reads afterwards.
const phone = globalThis.phone = {
  wrong: [], answers: {}, photos: [], scanned: '', number: '', ...globalThis.phone,
  /** reach turns the address of the server that the program was built for into that of this one. */
  reach: (url) => url.replace(/^https?:\/\/[^/]+/, location.origin),
}
const wrong = (what) => { phone.wrong.push(what); console.error(what) }
addEventListener('error', (e) => wrong(String(e.error?.stack ?? e.message)))
addEventListener('unhandledrejection', (e) => wrong('nobody caught ' + String(e.reason?.stack ?? JSON.stringify(e.reason))))
easel.addGlobalErrorListener((e, at) => { wrong(`${at?.methodName ?? ''} ${e?.stack ?? e}`); return false })
// A list that is not there yet is none, in WeChat.
easel.addGlobalWarningListener((m) => { if (!/for-list data is neither/.test(m)) wrong(String(m)); return false })

// --- events ---

const part = (target) => { const e = target?._$ ?? target; return { id: e?.id ?? '', dataset: { ...e?.dataset }, offsetLeft: e?.$$?.offsetLeft ?? 0, offsetTop: e?.$$?.offsetTop ?? 0 } }

/** plain gives an event as WeChat hands it over: an object that holds values only. */
function plain(event) {
  if (!event || typeof event !== 'object' || !('bubbles' in event)) return event
  const from = event.originalEvent ?? {}
  const touches = [...(from.changedTouches ?? [from])].map((t) => ({ identifier: t.identifier ?? 0, pageX: t.pageX, pageY: t.pageY, clientX: t.clientX, clientY: t.clientY }))
  return { type: event.type, timeStamp: event.timeStamp ?? performance.now(), detail: event.detail, mark: event.mark ?? {}, target: part(event.target), currentTarget: part(event.currentTarget), touches, changedTouches: touches }
}
const methodOf = easel.Component.getMethod
easel.Component.getMethod = function (component, name) {
  const method = methodOf.call(this, component, name)
  if (typeof method !== 'function') return method
  return function (...given) {
    try {
      return method.apply(this, given.map(plain))
    } catch (e) {
      wrong(`${name}: ${e.stack}`)
      return undefined
    }
  }
}

// --- the space that the program lives in ---

const env = new MiniProgramEnv()
const built = env.getGlobalCodeSpace()
const code = env.createCodeSpace('app', true)
const backend = env.associateBackend()
const space = code.getComponentSpace()

// In WeChat no click, input or change comes from the page itself: what comes are touches, and what tags fire.
const comes = new Set(['tap', 'longtap', 'longpress', 'touchstart', 'touchmove', 'touchend', 'touchcancel', 'transitionend', 'animationstart', 'animationend'])
backend._$.onEvent((target, type, detail, options) => {
  if (!comes.has(type)) return undefined
  const event = new easel.Event(type, detail, options)
  easel.Event.dispatchEvent(target, event)
  return event.getEventBubbleStatus()
})
for (const [tag, component] of bring(built)) {
  space.setGlobalUsingComponent(tag, component)
  built.getComponentSpace().setGlobalUsingComponent(tag, component)
}
space.updateComponentOptions({ useMethodCallerListeners: true }) // uni-app puts its handlers on the instance

// glass-easel leaves it to its host when a component is ready: after it has been laid out, children first.
let attached = []
code.setOverallBehavior(space.define().lifetime('attached', function () {
  if (attached.length === 0) setTimeout(() => { const now = attached.reverse(); attached = []; for (const one of now) one.triggerLifetime('ready', []) })
  attached.push(this._$ ?? this)
}).registerBehavior())

const rpx = (style) => String(style ?? '').replace(/(-?[\d.]+)rpx/g, (_, n) => `calc(${n} * var(--rpx))`)
const style = easel.Element.prototype.setNodeStyle
easel.Element.prototype.setNodeStyle = function (text, ...rest) { return style.call(this, rpx(text), ...rest) }

for (const [path, its] of Object.entries(program.settings)) {
  code.addComponentStaticConfig(path, { styleIsolation: 'shared', ...its, usingComponents: { ...program.app.usingComponents, ...its.usingComponents } })
}
for (const [path, content] of Object.entries(program.templates)) code.addCompiledTemplate(path, { groupList: program.templates, content })
for (const css of Object.values(program.styles)) document.head.append(Object.assign(document.createElement('style'), { textContent: css }))

// --- its scripts ---

const launched = { path: program.pages[0], query: Object.fromEntries(asked), scene: 1001, referrerInfo: {} }
const stack = new Stack({ space: code, backend, program, wrong })
phone.at = () => stack.top.url
phone.written = written
const wx = phone.wx = wxOf(stack, launched)
let app = {}
let making // the environment of the component whose script runs now
const world = { wx, App: (o) => { app = o; app.globalData ??= {} }, Page: (o) => making.Page(o), Component: (o) => making.Component(o), Behavior: (o) => making.Behavior(o), getApp: () => app, getCurrentPages: () => stack.all.map((one) => one.page), setTimeout: setTimeout.bind(globalThis), clearTimeout: clearTimeout.bind(globalThis), console, Promise, Math, JSON, Date, Object, Array, Symbol }

const loaded = {}
function load(file) {
  if (loaded[file]) return loaded[file].exports
  const run = program.modules[file]
  if (!run) throw new Error('there is no module ' + file)
  const module = loaded[file] = { exports: {} }
  const require = (name) => load(new URL(name.endsWith('.js') ? name : name + '.js', 'http://x/' + file).pathname.slice(1))
  run(require, module, module.exports, wx, world.App, world.Page, world.Component, world.Behavior, world.getApp, world.getCurrentPages, world, world)
  return module.exports
}

document.getElementById('back').addEventListener('click', () => stack.pop(1))
load('app.js')
for (const what of ['onLaunch', 'onShow']) app[what]?.(launched)
for (const path of [...program.components, ...program.pages]) {
  code.componentEnv(path, (its) => {
    making = its
    try {
      load(path + '.js')
    } catch (e) {
      wrong(`${path}: ${e.stack}`)
    }
  })
}
stack.push(asked.get('__open') ?? '/' + program.pages[0])
