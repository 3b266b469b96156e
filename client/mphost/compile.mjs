// Makes what was built for WeChat into a page that a browser can run: the same templates, styles and scripts,
// on the component framework that WeChat itself has published. For tests only.
//
//   node compile.mjs MP-WEIXIN OUT
//
// Whatever a part of it says against a file is an error: a tag that is not closed would still open in a
// browser, and be refused in WeChat.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import postcss from 'postcss'
import selectors from 'postcss-selector-parser'
import { tags } from './host/names.mjs'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')

const [root, out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node compile.mjs MP-WEIXIN OUT')
  process.exit(64)
}

const faults = []
const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  .map((e) => posix.relative(root, posix.join(e.parentPath, e.name))).sort()
const read = (file) => readFileSync(join(root, file), 'utf8')
const of = (end) => files.filter((f) => f.endsWith(end))
const bare = (file) => file.slice(0, file.lastIndexOf('.'))

const app = JSON.parse(read('app.json'))
const pages = [...app.pages, ...(app.subPackages ?? app.subpackages ?? []).flatMap((s) => s.pages.map((p) => posix.join(s.root, p)))]
const settings = Object.fromEntries(of('.json').filter((f) => !/^(app|project|sitemap|theme)\b/.test(f)).map((f) => [bare(f), JSON.parse(read(f))]))

/** components are those that pages and components name, each found from where it is named. */
function components() {
  const all = new Set()
  for (const [from, its] of [['app', app], ...Object.entries(settings)]) {
    for (const [tag, named] of Object.entries(its.usingComponents ?? {})) {
      const path = named.startsWith('/') ? named.slice(1) : posix.join(posix.dirname(from), named)
      its.usingComponents[tag] = '/' + path
      all.add(path)
    }
  }
  for (const path of [...pages, ...all]) {
    for (const end of ['.js', '.wxml', '.json']) if (!files.includes(path + end)) faults.push(`${path}: there is no ${path + end}`)
  }
  return [...all]
}

/** templates compiles every WXML. WeChat's own tags get a name that no HTML element has; what tests find things by is a property. */
function templates() {
  const own = new RegExp(`<(/?)(${[...tags].sort((a, b) => b.length - a.length).join('|')})(?=[\\s>/])`, 'g')
  const group = new TmplGroup()
  try {
    for (const f of of('.wxs')) for (const name of [f, bare(f)]) group.addScript(name, read(f)) // it is asked for by either
    for (const f of of('.wxml')) {
      for (const w of group.addTmpl(bare(f), read(f).replace(own, '<$1wx-$2').replaceAll(' data-testid=', ' testid=')) ?? []) {
        faults.push(`${f}:${w.start_line ?? w.startLine ?? ''}: ${w.message ?? w}`)
      }
    }
    return group.getTmplGenObjectGroups()
  } finally {
    group.free()
  }
}

const rpx = (value) => value.replace(/(-?[\d.]+)rpx/g, (_, n) => `calc(${n} * var(--rpx))`)

/** styles gives each WXSS as CSS. uni-app writes none that would have to be kept to one component. */
function styles() {
  const fit = {
    postcssPlugin: 'wxss',
    Rule(rule) {
      if (rule.parent.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return
      rule.selector = selectors((all) => all.walkTags((tag) => {
        if (tag.value === 'page') tag.replaceWith(selectors.className({ value: 'wx-page' }))
        else if (tags.has(tag.value)) tag.value = 'wx-' + tag.value
      })).processSync(rule.selector)
    },
    Declaration(d) { if (d.value.includes('rpx')) d.value = rpx(d.value) },
  }
  return Object.fromEntries(of('.wxss').map((f) => {
    try {
      const css = read(f).replace(/@import\s+["']([^"']+)["'];?/g, (_, at) => read(posix.join(posix.dirname(f), at)))
      return [bare(f), postcss([fit]).process(css, { from: undefined }).css]
    } catch (e) {
      faults.push(`${f}: ${e.message}`)
      return [bare(f), '']
    }
  }))
}

// What a browser has and a mini-program has not: a script that takes one of these for granted must fail here.
const absent = ['window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'indexedDB', 'fetch', 'XMLHttpRequest', 'WebSocket', 'URL',
  'URLSearchParams', 'Headers', 'Request', 'Response', 'FormData', 'Blob', 'File', 'FileReader', 'AbortController', 'btoa', 'atob', 'TextEncoder', 'TextDecoder',
  'structuredClone', 'requestAnimationFrame', 'crypto', 'Notification', 'history', 'self']
const given = ['require', 'module', 'exports', 'wx', 'App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages', 'globalThis', 'global']

/** modules gives each script as a function of what a mini-program knows. */
function modules() {
  return of('.js').map((f) => {
    try {
      const { code } = esbuild.transformSync(read(f), { loader: 'js', target: 'es2019', format: /^\s*(import|export)\b/m.test(read(f)) ? 'cjs' : undefined })
      return `${JSON.stringify(f)}:function(${[...given, ...absent].join(',')}){${code}\n}`
    } catch (e) {
      faults.push(`${f}: ${e.message.slice(0, 200)}`)
      return `${JSON.stringify(f)}:function(){}`
    }
  })
}

const program = {
  app, pages, settings, components: components(), styles: styles(),
}
const compiled = templates()
const scripts = modules()
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'program.js'), `globalThis.program=Object.assign(${JSON.stringify(program)},{templates:(function(){return ${compiled}})(),modules:{${scripts.join(',\n')}}});`)
const here = dirname(fileURLToPath(import.meta.url))
await esbuild.build({ entryPoints: [join(here, 'host/main.mjs')], bundle: true, outfile: join(out, 'host.js'), format: 'iife', target: 'es2022', logLevel: 'warning' })
copyFileSync(join(here, 'host/index.html'), join(out, 'index.html'))
copyFileSync(join(here, 'host/host.css'), join(out, 'host.css'))
for (const f of files.filter((f) => /\.(png|jpe?g|gif|svg|webp)$/.test(f))) {
  mkdirSync(dirname(join(out, f)), { recursive: true })
  copyFileSync(join(root, f), join(out, f))
}
for (const fault of faults) console.error(fault)
console.log(`${pages.length} pages, ${program.components.length} components, ${files.length} files, ${faults.length} faults`)
process.exitCode = faults.length > 0 ? 1 : 0
