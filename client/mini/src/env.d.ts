declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<Record<string, never>, Record<string, never>, unknown>
  export default component
}

/** The origin of the server, for the mini-program; set by DANYUAN_SERVER when it is built. */
declare const __SERVER__: string
