// The unit whose code was scanned last on this phone. A code is random and says nothing of a person.
export const lastScene = () => String(uni.getStorageSync('scene') || '')

export const rememberScene = (scene: string) => uni.setStorageSync('scene', scene)

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
