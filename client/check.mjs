// Looks at what was built: that it names no foreign host, that no page is missing, and how large it is.
//
//   node check.mjs        exit code 1 and a line for each fault
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const here = import.meta.dirname
const dist = (name) => path.join(here, 'dist', name)
const faults = []

// Names that stand in the output and are never called: of XML's namespaces, and of the frameworks'
// messages, which a person may read and nothing loads. Our own server is put in when it is built.
const harmless = new Set(['www.w3.org', 'vuejs.org', 'element-plus.org', '127.0.0.1'])
const own = process.env.DANYUAN_SERVER
if (own) harmless.add(/^https?:\/\/([^/:]+)/.exec(own)[1])

const limits = { 'mp-weixin main package': 600 * 1024, 'h5 first load, gzip': 200 * 1024, 'console first load, gzip': 350 * 1024 }

function files(dir) {
  return fs.readdirSync(dir, { withFileTypes: true, recursive: true }).filter((e) => e.isFile())
    .map((e) => path.join(e.parentPath ?? e.path, e.name)).sort()
}

/** The hosts that a text names, as addresses with or without a scheme, and as the beacon hides them. */
function hosts(text) {
  return [...text.matchAll(/(?:https?:|wss?:|["'(`])\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map((m) => m[1].toLowerCase())
}

function noForeignHost(name) {
  for (const file of files(dist(name))) {
    const text = fs.readFileSync(file, 'utf8')
    for (const host of new Set(hosts(text))) {
      if (!harmless.has(host)) faults.push(`${path.relative(here, file)} names ${host}`)
    }
    if (/img\/shadow-grey\.png/.test(text) && !/function preloadAsset\(\)\s*\{\s*return/.test(text) && /preloadAssets/.test(text)) {
      faults.push(`${path.relative(here, file)} still has the launch beacon`)
    }
  }
}

const app = () => JSON.parse(fs.readFileSync(path.join(dist('mp-weixin'), 'app.json'), 'utf8'))

/** The addresses of all pages, those of sub-packages too. */
const addresses = ({ pages, subPackages = [] }) =>
  [...pages.map((p) => p.path ?? p), ...subPackages.flatMap((s) => s.pages.map((p) => s.root.replace(/\/$/, '') + '/' + (p.path ?? p)))]

function everyPage() {
  const source = JSON.parse(fs.readFileSync(path.join(here, 'mini/src/pages.json'), 'utf8'))
  const pages = addresses(source)
  const folders = ['pages', ...(source.subPackages ?? []).map((s) => s.root)]
  const written = folders.flatMap((d) => files(path.join(here, 'mini/src', d))).filter((f) => /[\\/][a-z][\w-]*\.vue$/.test(f)) // what begins with a capital is a part of a page
    .map((f) => path.relative(path.join(here, 'mini/src'), f).replace(/\.vue$/, ''))
  const built = addresses(app())
  for (const p of written) if (!pages.includes(p)) faults.push(`${p} is not in pages.json`)
  for (const p of pages) {
    if (!fs.existsSync(path.join(here, 'mini/src', p + '.vue'))) faults.push(`pages.json names ${p}, which is not there`)
    if (!built.includes(p)) faults.push(`app.json does not name ${p}`)
    for (const kind of ['js', 'json', 'wxml']) {
      if (!fs.existsSync(path.join(dist('mp-weixin'), `${p}.${kind}`))) faults.push(`mp-weixin lacks ${p}.${kind}`)
    }
  }
  // An address in the source leads to a page that is there.
  for (const file of files(path.join(here, 'mini/src')).filter((f) => /\.(vue|ts)$/.test(f))) {
    for (const m of fs.readFileSync(file, 'utf8').matchAll(new RegExp(`['"\`]/((?:${folders.join('|')})/[\\w/-]*\\w)`, 'g'))) {
      if (!pages.includes(m[1])) faults.push(`${path.relative(here, file)} leads to ${m[1]}, which is not there`)
    }
  }
}

/** Every page of the console is one that somebody can come to, and a chunk of its own. */
function everyConsolePage() {
  const source = path.join(here, 'console/src')
  const table = fs.readFileSync(path.join(source, 'pages.ts'), 'utf8') + fs.readFileSync(path.join(source, 'router.ts'), 'utf8')
  const chunks = files(dist('console')).map((f) => path.basename(f))
  for (const file of files(path.join(source, 'pages')).filter((f) => /\/pages\/[^/]+\.vue$/.test(f))) {
    const name = path.basename(file, '.vue')
    if (!table.includes(`import('./pages/${name}.vue')`)) faults.push(`console/src/pages/${name}.vue is not in pages.ts`)
    if (!chunks.some((c) => c.startsWith(name + '-') && c.endsWith('.js'))) faults.push(`the console has no chunk for ${name}`)
  }
}

/** In WeChat the condition of a v-else-if is worked out even where the v-if before it holds: nothing may be reached through what is not there yet. */
function conditions() {
  for (const file of files(path.join(here, 'mini/src')).filter((f) => f.endsWith('.vue'))) {
    const text = fs.readFileSync(file, 'utf8')
    const late = [...text.matchAll(/v-if="!(\w+)"/g)].map((m) => m[1])
    for (const [, condition] of text.matchAll(/v-else-if="([^"]+)"/g)) {
      for (const name of late) {
        if (new RegExp(`\\b${name}\\.`).test(condition)) faults.push(`${path.relative(here, file)}: v-else-if="${condition}" reaches through ${name}, which may not be there: write ${name}?.`)
      }
    }
  }
}

/** What a browser loads before it can show the first page: what index.html names, what that imports, and the first page and what that imports. */
function firstLoad(name, firstPage) {
  const root = dist(name)
  const seen = new Set()
  const add = (file) => {
    if (seen.has(file) || !fs.existsSync(file)) return
    seen.add(file)
    const text = fs.readFileSync(file, 'utf8')
    if (file.endsWith('.html')) {
      if (/<script(?![^>]*\bsrc=)[^>]*>/.test(text)) faults.push(name + '/index.html has an inline script, which the policy forbids')
      for (const m of text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)) add(path.resolve(path.dirname(file), m[1]))
    }
    if (file.endsWith('.js')) {
      for (const m of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g)) add(path.resolve(path.dirname(file), m[1]))
    }
  }
  add(path.join(root, 'index.html'))
  for (const f of files(path.join(root, 'assets'))) if (firstPage.test(f)) add(f)
  return [...seen].reduce((sum, f) => sum + zlib.gzipSync(fs.readFileSync(f), { level: 9 }).length, 0)
}

const total = (name) => files(dist(name)).reduce((sum, f) => sum + fs.statSync(f).size, 0)
const subPackages = () => (app().subPackages ?? []).map((s) => 'mp-weixin/' + s.root.replace(/\/$/, ''))

noForeignHost('h5')
noForeignHost('mp-weixin')
noForeignHost('console')
everyPage()
everyConsolePage()
conditions()
const beside = Object.fromEntries(subPackages().map((s) => [s, total(s)]))
const main = Object.values(beside).reduce((left, size) => left - size, total('mp-weixin'))
const sizes = {
  'mp-weixin main package': main, ...beside, 'h5 first load, gzip': firstLoad('h5', /pages-unit-index/), 'h5 whole': total('h5'),
  'console first load, gzip': firstLoad('console', /\/Start-/), 'console whole': total('console'),
}
for (const [what, bytes] of Object.entries(sizes)) {
  const limit = limits[what]
  console.log(`${what}: ${(bytes / 1024).toFixed(1)} KB${limit ? ` (limit ${limit / 1024} KB)` : ''}`)
  if (limit && bytes > limit) faults.push(`${what} is over its limit`)
}
for (const f of faults) console.error('fault: ' + f)
process.exit(faults.length ? 1 : 0)
