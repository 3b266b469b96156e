// Small words that several pages say.

/** when tells a time as the server gave it, which is Beijing's: 11月27日 08:30. */
export function when(time: string): string {
  const m = /^(\d+)-0?(\d+)-0?(\d+)T(\d\d:\d\d)/.exec(time)
  return m ? `${m[2]}月${m[3]}日 ${m[4]}` : ''
}

/** day tells only the day, with its year: 2026年11月27日. */
export function day(time: string): string {
  const m = /^(\d+)-0?(\d+)-0?(\d+)/.exec(time)
  return m ? `${m[1]}年${m[2]}月${m[3]}日` : ''
}

/** span tells from when until when, the day once: 11月27日 08:30 至 10:00. */
export function span(from: string, until?: string): string {
  if (!until) return when(from)
  return when(from) + ' 至 ' + (from.slice(0, 10) === until.slice(0, 10) ? when(until).slice(-5) : when(until))
}

/** long tells how long, in hours and minutes: 1小时30分钟. */
export function long(minutes: number): string {
  const h = Math.floor(minutes / 60), m = minutes % 60
  return (h ? h + '小时' : '') + (m || !h ? m + '分钟' : '')
}

/** beijing gives a moment as Beijing's clocks show it, in the form of the API: 2026-11-27T08:30:00+08:00. */
export function beijing(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19) + '+08:00'
}

export function told(text: string) {
  uni.showToast({ title: text, icon: 'none', duration: 2500 })
}

/** goBack leaves a page that has done its work: to where one came from, else to the first page. */
export function goBack() {
  if (getCurrentPages().length > 1) uni.navigateBack()
  else uni.reLaunch({ url: '/pages/unit/index' })
}

const most = 10 // pages that WeChat lets lie on each other

/** go opens a page upon this one, or in its place where no more may lie there. */
export const go = (url: string) => (getCurrentPages().length < most ? uni.navigateTo({ url }) : uni.redirectTo({ url }))

const tabs = ['/pages/unit/index', '/pages/matters/index', '/pages/inbox/index', '/pages/me/index']

/** openPage opens what a code or a notice leads to. The tabs have no way back, and need none. */
export const openPage = (url: string) => (tabs.includes(url.split('?')[0]) ? uni.reLaunch({ url }) : go(url))

/** toTop is for a page whose content has become another: people look at its beginning. */
export const toTop = () => uni.pageScrollTo({ scrollTop: 0, duration: 0 })
