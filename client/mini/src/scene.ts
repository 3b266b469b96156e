// The unit whose code was scanned last on this phone. A code is random and says nothing of a person.
export const lastScene = () => String(uni.getStorageSync('scene') || '')

export const rememberScene = (scene: string) => uni.setStorageSync('scene', scene)

export const forgetScene = () => uni.removeStorageSync('scene')

/** sceneOf reads the code from what a page was opened with. WeChat gives it encoded. */
export function sceneOf(query: Record<string, string | undefined> = {}): string {
  const raw = query.scene ?? ''
  try { return decodeURIComponent(raw).trim() } catch { return raw }
}

/** sceneIn finds the code in what a camera read: a mini-program path, or an address that ends with scene=…. */
export function sceneIn(text: string): string {
  const m = /[?&]scene=([^&#]+)/.exec(text)
  return m ? sceneOf({ scene: m[1] }) : ''
}

const checkInCode = /^\d+-[IO]-[0-9A-Z]{10}$/

/** codeIn finds the check-in code in what a camera read on the organiser's screen: the code, or an address that ends with it. */
export function codeIn(text: string): string {
  const code = /[?&]code=([\w-]+)/.exec(text)?.[1] ?? text.trim()
  return checkInCode.test(code) ? code : ''
}

/** wholeCode completes what was read off the screen, where only the ten signs of a code stand: of this activity, in or out. */
export function wholeCode(typed: string, activity: string, way: 'I' | 'O'): string {
  const code = typed.trim().toUpperCase()
  return checkInCode.test(code) ? code : `${activity}-${way}-${code}`
}
