import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  base: './', // it works under whatever address it is served at
  plugins: [vue()],
  resolve: { dedupe: ['vue'] }, // ../shared has no packages of its own
  build: {
    outDir: '../dist/console', emptyOutDir: true, target: 'es2022', reportCompressedSize: false, sourcemap: false,
    modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1000,
  },
})
