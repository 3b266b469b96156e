// Makes what is built for WeChat the same wherever it is built: uni-app names the parts of a page by a hash of
// the whole path of its source. Here it becomes a hash of the path below mini/src. Scripts are given so to what
// makes them short (vite.config.ts), which chooses its letters by what it reads.
//
//   node steady.mjs    does the templates
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const here = import.meta.dirname
const hash = createRequire(path.join(here, 'mini/package.json'))('hash-sum')
const files = (dir) => fs.readdirSync(dir, { withFileTypes: true, recursive: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name))

const source = path.join(here, 'mini/src')
const names = new Map(files(source).filter((f) => f.endsWith('.vue')).map((f) => [hash(f), hash(path.relative(source, f))]))
const any = new RegExp(`\\b(${[...names.keys()].join('|')})\\b`, 'g')

/** steady gives a text in which each of these names is the same everywhere. */
export const steady = (text) => text.replace(any, (was) => names.get(was))

if (process.argv[1] === import.meta.filename) {
  for (const file of files(path.join(here, 'dist/mp-weixin')).filter((f) => f.endsWith('.wxml'))) {
    fs.writeFileSync(file, steady(fs.readFileSync(file, 'utf8')))
  }
}
