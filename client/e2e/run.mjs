// Walks the flows in headless Chromium against the real server.
//
//   node run.mjs --server BINARY [--screens DIR] [FLOW…]
//
// Every flow is walked in every look, on a server of its own. It fails where a flow does not come to its
// end, where the server does not hold what it should, and where a page logged an error, broke its policy,
// can't be used by everybody, or scrolls sideways.
import { mkdir, readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { looks, openBrowser, Phone } from './phone.mjs'
import { start } from './server.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string' }, screens: { type: 'string' } },
})
if (!values.server) {
  console.error('usage: node run.mjs --server BINARY [--screens DIR] [FLOW…]')
  process.exit(64)
}
if (values.screens) await mkdir(values.screens, { recursive: true })
const known = (await readdir(new URL('flows', import.meta.url))).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).sort()
const unknown = positionals.filter((f) => !known.includes(f))
if (unknown.length > 0) {
  console.error(`there is no flow ${unknown.join(', ')}: ${known.join(', ')}`)
  process.exit(64)
}

/** walk takes one flow through one look, and gives what went wrong. */
async function walk(browser, flow, look) {
  const { default: go } = await import(`./flows/${flow}.mjs`)
  const server = await start(values.server)
  const phones = []
  const wrong = []
  const phone = async () => {
    const one = await Phone.take(browser, { at: server.at, look, screens: values.screens, flow })
    phones.push(one)
    return one
  }
  try {
    await go({ server, phone, look })
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

let failed = 0
const browser = await openBrowser()
try {
  for (const flow of positionals.length > 0 ? positionals : known) {
    for (const look of looks) {
      const began = Date.now()
      const { wrong, pages } = await walk(browser, flow, look)
      const took = ((Date.now() - began) / 1000).toFixed(1)
      console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${flow} (${look.name}): ${pages} pages, ${took} s`)
      for (const w of wrong) console.log('  ' + w.replaceAll('\n', '\n  '))
      if (wrong.length > 0) failed++
    }
  }
} finally {
  await browser.close()
}
process.exitCode = failed > 0 ? 1 : 0
