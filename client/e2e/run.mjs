// Walks the flows in headless Chromium against the real server.
//
//   node run.mjs --server BINARY [--mp MP-WEIXIN] [--large] [--only plain|large|mini-program] [--screens DIR] [FLOW…]
//
// Every flow is walked in a browser as most see it, and in the mini-program as it was compiled
// (client/dist/mp-weixin) on a small phone where WeChat's font factor is 1.4, each on a server of its own; with
// --large also in a browser on that small phone, with the app's own large letters. A flow of the console is
// walked once (export const plainly = true), one about WeChat alone only there (onlyInWeChat), and one that
// can't be in WeChat says why (notInWeChat). It fails where a flow does not come to its end, where the server
// does not hold what it should, and where a page logged an error, broke its policy, can't be used by everybody,
// or scrolls sideways.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Desk } from './desk.mjs'
import { compile, MpPhone } from './mp.mjs'
import { looks, openBrowser, Phone } from './phone.mjs'
import { start } from './server.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string' }, mp: { type: 'string', default: fileURLToPath(new URL('../dist/mp-weixin', import.meta.url)) }, only: { type: 'string' }, large: { type: 'boolean', default: false }, screens: { type: 'string' } },
})
if (!values.server) {
  console.error('usage: node run.mjs --server BINARY [--mp MP-WEIXIN] [--large] [--only plain|large|mini-program] [--screens DIR] [FLOW…]')
  process.exit(64)
}
if (values.screens) await mkdir(values.screens, { recursive: true })
const known = (await readdir(new URL('flows', import.meta.url))).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).sort()
const unknown = positionals.filter((f) => !known.includes(f))
if (unknown.length > 0) {
  console.error(`there is no flow ${unknown.join(', ')}: ${known.join(', ')}`)
  process.exit(64)
}

/** walk takes one flow through one look on one kind of phone, and gives what went wrong. */
async function walk(browser, { flow, go, look, kind }) {
  const server = await start(values.server)
  const phones = []
  const wrong = []
  const take = async (kind) => {
    const one = await kind.take(browser, { at: server.at, look, program, screens: values.screens, flow: kind === MpPhone ? flow + '-mp' : flow })
    phones.push(one)
    return one
  }
  try {
    await go({ server, phone: () => take(kind), desk: () => take(Desk), look })
  } catch (e) {
    wrong.push(e.stack ?? String(e))
  }
  for (const p of phones) wrong.push(...await p.putAway())
  if (phones.every((p) => p.checked.length === 0)) wrong.push('no page was looked at')
  const failures = server.log().split('\n').filter((l) => l.includes('"level":"ERROR"'))
  wrong.push(...failures.map((l) => 'the server logs: ' + l))
  await server.stop()
  return { wrong, pages: phones.flatMap((p) => p.checked).length }
}

/** atOnce is how many walks go on together: many of them wait for the server, or for a clock. */
const atOnce = 4

const [most, large] = looks
const walks = []
for (const flow of positionals.length > 0 ? positionals : known) {
  const { default: go, plainly, long, notInWeChat, onlyInWeChat } = await import(`./flows/${flow}.mjs`)
  const one = { flow, go, long, kind: Phone }
  if (!onlyInWeChat) walks.push({ ...one, look: most, where: 'plain' })
  if (plainly) continue
  if (!onlyInWeChat && (values.large || values.only === 'large')) walks.push({ ...one, look: large, where: 'large' })
  if (notInWeChat) console.log(`not    ${flow} (mini-program): ${notInWeChat}`)
  else walks.push({ ...one, look: large, kind: MpPhone, where: 'mini-program' })
}
if (values.only) walks.splice(0, walks.length, ...walks.filter((w) => w.where === values.only))
walks.sort((a, b) => Number(!!b.long) - Number(!!a.long)) // what takes long begins first

let failed = 0
const program = await mkdtemp(join(tmpdir(), 'danyuan-mp-'))
const browser = await openBrowser()

async function walkOn() {
  for (let next = walks.shift(); next; next = walks.shift()) {
    const began = Date.now()
    const { wrong, pages } = await walk(browser, next)
    const took = ((Date.now() - began) / 1000).toFixed(1)
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${next.flow} (${next.where}): ${pages} pages, ${took} s`)
    for (const w of wrong) console.log('  ' + w.replaceAll('\n', '\n  '))
    if (wrong.length > 0) failed++
  }
}

try {
  if (walks.some((w) => w.kind === MpPhone)) await compile(values.mp, program)
  await Promise.all(Array.from({ length: atOnce }, walkOn))
} finally {
  await browser.close()
  await rm(program, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0
