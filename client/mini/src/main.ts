import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import { makeAccessible } from './accessible'

makeAccessible()
// #endif

export function createApp() {
  return { app: createSSRApp(App) }
}
