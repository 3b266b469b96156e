// What came of a table that was handed in, in words.
import type { Answer } from './client'

type Import = Answer<'get', '/v1/imports/{id}'>

/** over tells whether nothing more happens to it. */
export const over = (i: Import) => i.state !== 'queued' && i.state !== 'running'

export const states: Record<Import['state'], string> = { queued: '排队', running: '进行中', done: '完成', refused: '表格有错', failed: '没有完成', cancelled: '已取消' }

/** outcome tells what was, or will be, written. */
export function outcome(i: Import): string {
  const parts = [`新增 ${i.added} 行`, `更新 ${i.changed} 行`, `没有变化 ${i.unchanged} 行`]
  if (i.moved) parts.push(`换了单元 ${i.moved} 人`)
  if (i.places) parts.push(`新建网格、楼栋、单元 ${i.places} 个`)
  if (i.homes) parts.push(`新建住户 ${i.homes} 户`)
  return parts.join('，') + '。'
}

/** why tells why nothing was written, and what to do. */
export function why(i: Import): string {
  if (i.state === 'cancelled') return '已取消，什么都没有写入。'
  if (i.state === 'refused') return '表格里有要改正的地方，什么都没有写入。'
  if (i.failure === 'import.role_ended') return '提交的人现在没有导入的权限，什么都没有写入。请现任的社区工作人员重新上传。'
  return '系统出了点问题，什么都没有写入。请重新上传；如果一直这样，请告诉区里的管理员。'
}
