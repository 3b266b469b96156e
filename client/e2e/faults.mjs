// Plants faults in what was compiled for WeChat, one at a time, and sees that the suite finds each.
//
//   node faults.mjs --server BINARY [--mp MP-WEIXIN]
//
// A suite that lets one of them through would let it through into people's hands, too.
import { spawnSync } from 'node:child_process'
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
for (const [name, plant] of Object.entries(faults)) {
  const root = await mkdtemp(join(tmpdir(), 'danyuan-fault-'))
  try {
    await cp(values.mp, root, { recursive: true })
    await plant(root)
    const run = spawnSync(process.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url)), '--server', values.server, '--mp', root, '--only', 'mini-program', flow], { encoding: 'utf8', timeout: 120_000 })
    const found = run.status === 1
    console.log(`${found ? 'found ' : 'MISSED'} ${name}`)
    if (!found) { missed++; console.log(run.stdout + run.stderr) }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
process.exitCode = missed > 0 ? 1 : 0
