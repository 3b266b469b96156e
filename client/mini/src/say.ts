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

export function told(text: string) {
  uni.showToast({ title: text, icon: 'none', duration: 2500 })
}

/** goBack leaves a page that has done its work: to where one came from, else to the first page. */
export function goBack() {
  if (getCurrentPages().length > 1) uni.navigateBack()
  else uni.reLaunch({ url: '/pages/unit/index' })
}
