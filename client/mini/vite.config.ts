import uniPlugin from '@dcloudio/vite-plugin-uni'
import fs from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { steady } from '../steady.mjs'

// In an ES module the plugin's CommonJS export arrives one level down.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin

// pages are the addresses that there are, so that a notice leads only to what this build has.
const { pages, subPackages = [] } = JSON.parse(fs.readFileSync(new URL('src/pages.json', import.meta.url), 'utf8')) as
  { pages: { path: string }[], subPackages?: { root: string, pages: { path: string }[] }[] }
const addresses = [...pages.map((p) => p.path), ...subPackages.flatMap((s) => s.pages.map((p) => s.root + '/' + p.path))]

const beacon = 'function preloadAsset() {'

// withoutBeacon takes out what uni-app's WeChat runtime does three seconds after every start: it loads a
// picture from a host of its vendor, with the app id in the address. A runtime in which the place has
// moved fails the build, so that it is looked at again. A warning for developers names that vendor, too.
function withoutBeacon(): Plugin {
  let seen = false
  return {
    name: 'danyuan:without-beacon',
    enforce: 'pre',
    transform(code, id) {
      if (/uni-mp-weixin[\\/]dist[\\/]uni\.api\.esm\.js/.test(id)) return { code: code.replace(/\[详情\]\(https:[^)]*\)/, ''), map: null }
      if (!/uni-mp-weixin[\\/]dist[\\/]uni\.mp\.esm\.js/.test(id)) return
      if (code.split(beacon).length !== 2) this.error('the launch beacon is not where it was: read uni.mp.esm.js again')
      seen = true
      return { code: code.replace(beacon, beacon + ' return;'), map: null }
    },
    buildEnd(failed) {
      if (!failed && process.env.UNI_PLATFORM === 'mp-weixin' && !seen) this.error('the WeChat runtime was not seen: its beacon may be in the output')
    },
  }
}

// withoutShadows takes out the same in a browser: three seconds after every start, and under a title with a
// shadow, uni-app's styles load a picture from its vendor.
function withoutShadows(): Plugin {
  const style = /[\\/]uni-h5[\\/]style[\\/].*\.css$/
  return {
    name: 'danyuan:without-shadows',
    enforce: 'pre',
    transform(code, id) {
      if (style.test(id)) return { code: code.replace(/url\(['"]?https?:[^)]*\)/g, 'none'), map: null }
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [withoutBeacon(), uni(), withoutShadows(), { name: 'danyuan:steady', renderChunk: (code) => ({ code: steady(code), map: null }) }], // after uni, whose styles are written when they are read
  define: { __PAGES__: JSON.stringify(addresses), __SERVER__: JSON.stringify(process.env.DANYUAN_SERVER || 'http://127.0.0.1:8080') },
  build: { reportCompressedSize: false, sourcemap: false },
})
