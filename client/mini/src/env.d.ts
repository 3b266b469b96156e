declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<Record<string, never>, Record<string, never>, unknown>
  export default component
}

/** The origin of the server, for the mini-program; set by DANYUAN_SERVER when it is built. */
declare const __SERVER__: string

/** The addresses of the pages that this build has. */
declare const __PAGES__: string[]

/** What WeChat has and uni-app has no types of. */
declare const wx: {
  getGroupEnterInfo(o: { success(r: { encryptedData: string, iv: string }): void, fail(e: { errMsg?: string }): void }): void
  onNeedPrivacyAuthorization?(ask: (answer: (said: { event: string, buttonId?: string }) => void) => void): void
  openPrivacyContract?(o: { fail(): void }): void
  shareFileMessage(o: { filePath: string, fileName: string, fail(e: { errMsg?: string }): void }): void
  getFileSystemManager(): {
    writeFileSync(path: string, text: string, encoding: string): void
    readFileSync(path: string, encoding: string): string
    readdirSync(folder: string): string[]
    unlinkSync(path: string): void
  }
  env: { USER_DATA_PATH: string }
}
