// Small words that several pages say.
import { ElMessage } from 'element-plus'

/** What the levels of places are called. */
export const kinds = {
  province: '省', city: '市', district: '区', street: '街道', community: '社区', grid: '网格', building: '楼栋', unit: '单元',
} as const

/** What one may be in the Party, as the roster has it. */
export const memberships = { none: '群众', member: '党员', in_service: '在职党员' } as const

/** when tells a time as the server gave it, which is Beijing's: 2026年11月27日 08:30. */
export function when(time: string): string {
  const m = /^(\d+)-0?(\d+)-0?(\d+)T(\d\d:\d\d)/.exec(time)
  return m ? `${m[1]}年${m[2]}月${m[3]}日 ${m[4]}` : ''
}

/** day tells only the day: 2026年11月27日. */
export function day(time: string): string {
  const m = /^(\d+)-0?(\d+)-0?(\d+)/.exec(time)
  return m ? `${m[1]}年${m[2]}月${m[3]}日` : ''
}

/** hours tells how long, in hours and minutes: 1小时30分钟. */
export function hours(minutes: number): string {
  const h = Math.floor(minutes / 60), m = minutes % 60
  return (h ? h + '小时' : '') + (m || !h ? m + '分钟' : '')
}

/** yuan tells an amount of money that is kept in fen: 1,234.50元. */
export const yuan = (fen: number) => (fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: fen % 100 ? 2 : 0, maximumFractionDigits: 2 }) + '元'

/** told says for a moment that something has been done. */
export function told(text: string) {
  ElMessage({ message: text, type: 'success', duration: 2500 })
}
