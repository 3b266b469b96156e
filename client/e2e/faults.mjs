// Plants faults in what was compiled for WeChat, one at a time, and sees that the suite finds each.
//
//   node faults.mjs --server BINARY [--mp MP-WEIXIN]
//
// A suite that lets one of them through would let it through into people's hands, too.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { server: { type: 'string' }, mp: { type: 'string', default: fileURLToPath(new URL('../dist/mp-weixin', import.meta.url)) } } })
if (!values.server) {
  console.error('usage: node faults.mjs --server BINARY [--mp MP-WEIXIN]')
  process.exit(64)
}

const flow = 'member-identity'
const page = 'pages/identity/index'

/** change gives what writes a text anew; nothing to change is an error of the fault. */
const change = (file, from, to) => async (root) => {
  const at = join(root, file)
  const before = await readFile(at, 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} holds no ${from}`)
  await writeFile(at, after)
}

const faults = {
  'an unknown call of WeChat': change(`${page}.js`, /$/, ';wx.showNothingOfTheKind({});'),
  'a handler that is not there': change('pages/unit/index.wxml', /bindtap="\{\{\w+\}\}"/g, 'bindtap="nobody"'),
  'a page missing from app.json': change('app.json', `"${page}",`, ''),
  'a tag that is not closed': change(`${page}.wxml`, '</page>', ''),
  'what browsers have and WeChat has not': change(`${page}.js`, /$/, ';new URL("https://x.test");'),
  'a way to a page that is not there': change('pages/unit/index.js', '/pages/identity/index', '/pages/identity/nowhere'),
  'an expression that is broken': change(`${page}.wxml`, /\{\{(\w+)\}\}/, '{{$1 + }}'),
}

let missed = 0

/** find plants one fault and walks the flow; the suite has found it where it says that the walk failed. */
async function find([name, plant]) {
  const root = await mkdtemp(join(tmpdir(), 'danyuan-fault-'))
  try {
    await cp(values.mp, root, { recursive: true })
    await plant(root)
    const walk = [fileURLToPath(new URL('run.mjs', import.meta.url)), '--server', values.server, '--mp', root, '--only', 'mini-program', flow]
    const [code, said] = await new Promise((done) => execFile(process.execPath, walk, { timeout: 120_000 }, (e, out, err) => done([e ? e.code : 0, out + err])))
    const found = code === 1
    console.log(`${found ? 'found ' : 'MISSED'} ${name}`)
    if (!found) { missed++; console.log(said) }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

// A walk that waits for what never comes leaves the processors to others.
const left = Object.entries(faults)
await Promise.all(Array.from({ length: 4 }, async () => { for (let one = left.shift(); one; one = left.shift()) await find(one) }))
process.exitCode = missed > 0 ? 1 : 0
