// What the server holds of a person, in lines that can be read.
import type { Answer } from '../../api'
import { day, long, when } from '../../say'

type Data = Answer<'get', '/v1/me/data'>

export interface Section { title: string, lines: string[] }

const yes = (parts: Record<string, boolean | undefined>) => Object.keys(parts).filter((k) => parts[k]).join('、')
const titles = (all: Record<string, string>) => (code: string) => all[code] ?? code
const line = (...parts: (string | undefined | false)[]) => parts.filter(Boolean).join('，')

const membership = titles({ none: '不是党员', member: '党员', in_service: '在职党员' })
const binding = titles({ unmatched: '手机号没有对上', pending: '等待确认', active: '已经确认', refused: '没有通过', ended: '已经结束' })
export const purpose = titles({ identity_display: '亮身份', phone_binding: '用手机号确认我是哪一户', children: '为孩子同意' })
const plaque = titles({ applied: '等待审批', approved: '已通过，等着安装', refused: '没有通过', installed: '已经安装', removed: '已经摘除' })
const checkIn = titles({ pending: '等待审核', accepted: '已经报到', refused: '没有接收', ended: '已经结束' })
const signUp = titles({ seated: '已报名', waiting: '候补', off: '已退出' })
const service = titles({ open: '服务中', claimed: '待确认', confirmed: '已确认', refused: '未通过', void: '已作废' })
const correction = titles({ asked: '待处理', granted: '已更正', refused: '未更正', withdrawn: '已撤回' })
const change = titles({ membership: '党员情况', leave: '迁出', move: '迁居', name: '姓名', phone: '手机号', id_number: '身份证号', birth_date: '出生日期', address: '户籍地址' })

/** hide keeps the ends of a number, for who has somebody beside them. */
const hide = (number: string) => number.slice(0, 3) + '*'.repeat(Math.max(number.length - 5, 1)) + number.slice(-2)

/** personLines says who somebody is; numbers are whole only on demand. */
export function personLines(d: Data, whole: boolean): [label: string, text: string][] {
  const p = d.person
  if (!p) return []
  const secret = (text?: string) => (text ? (whole ? text : hide(text)) : '')
  const all: [string, string][] = [
    ['姓名', p.name], ['住在', p.node.name + (p.room ? ' ' + p.room : '')], ['手机号', secret(p.phone)], ['身份证号', secret(p.id_number)],
    ['出生日期', p.birth_date ?? ''], ['户籍地址', p.address ?? ''], ['党员情况', membership(p.membership)], ['登记日期', day(p.since)], ['最近修改', day(p.changed_at)],
  ]
  return all.filter(([, text]) => text)
}

/** sectionsOf gives the rest; what nothing is held of has no lines. */
export function sectionsOf(d: Data): Section[] {
  const account = d.account
  return [
    { title: '微信账号', lines: account ? [`第一次登录 ${day(account.since)}`, `最近一次登录 ${when(account.signed_in_at)}`, '微信给本小程序的编号 ' + account.open_id] : [] },
    { title: '确认我是哪一户', lines: d.bindings.map((b) => line(day(b.asked_at), binding(b.state), !b.mine && '另一个微信', b.name && b.name + ' ' + (b.room ?? ''), b.reason)) },
    { title: '同意过的', lines: d.consents.map((c) => line(purpose(c.purpose), `第${c.version}版`, day(c.given_at) + '同意', c.withdrawn_at && day(c.withdrawn_at) + '撤回')) },
    { title: '任职', lines: d.roles.map((r) => line(r.node.name + r.title, day(r.starts_at) + '起', r.ends_at && day(r.ends_at) + '止')) },
    { title: '打开过的微信群', lines: d.groups.map((g) => line(g.unit, when(g.entered_at))) },
    { title: '亮身份', lines: d.displays.map((s) => line(s.unit, s.name_form === 'full' ? '写全名' : '只写姓氏', yes({ 单元页: s.on_page, 微信群: s.in_group, 门牌: s.on_door }), s.pledge, s.skills, day(s.shown_at) + '起', s.ended_at && day(s.ended_at) + '止')) },
    { title: '门牌', lines: d.plaques.map((p) => line(day(p.applied_at) + '申请', plaque(p.state), p.reason)) },
    { title: '在职党员报到', lines: d.check_ins.map((c) => line(c.community, c.work_unit, checkIn(c.state), c.receipt_number && '回执 ' + c.receipt_number)) },
    { title: '上报的事', lines: d.matters.map((m) => line(when(m.reported_at), m.category_name, m.title, m.words)) },
    { title: '加入的邻居的事', lines: d.joined_matters.map((j) => line(when(j.joined_at), j.category_name, j.left_at && '已退出')) },
    { title: '上报次数的限制', lines: d.report_limits.map((l) => line(day(l.starts_at) + '起', l.title, l.reason)) },
    { title: '报过名的活动', lines: d.sign_ups.map((s) => line(s.title, when(s.starts_at), signUp(s.state))) },
    { title: '志愿服务', lines: d.hours.map((h) => line(when(h.starts_at), h.content, long(h.minutes), service(h.state), h.points > 0 && `得 ${h.points} 积分`, h.reason)) },
    { title: '请求更正服务记录', lines: d.corrections.map((c) => line(day(c.asked_at), c.why, correction(c.state), c.reason)) },
    { title: '积分明细', lines: d.points.map((p) => line(day(p.at), p.why, (p.amount > 0 ? '+' : '') + p.amount, `共 ${p.balance}`)) },
    { title: '兑换', lines: d.redemptions.map((r) => line(day(r.reserved_at), r.title, r.reward_name)) },
    { title: '证明', lines: d.certificates.map((c) => line(c.title, c.number)) },
    { title: '对公示的异议', lines: d.objections.map((o) => line(o.quarter, o.title, o.text)) },
    { title: '负责的联谊会', lines: d.associations.map((a) => line(a.name, day(a.founded_at) + '起', a.ended_at && day(a.ended_at) + '止')) },
    { title: '监护登记', lines: d.guardianships.map((g) => line('孩子 ' + g.child_name, '监护人 ' + g.guardian_name, g.title)) },
    { title: '请社区改正', lines: d.rectifications.map((r) => line(day(r.asked_at), r.title, r.words, r.answer && '答复：' + r.answer)) },
    { title: '社区改过的登记', lines: d.changes.map((c) => line(day(c.at), change(c.what), c.reason)) },
    { title: '数量', lines: [`登录着 ${d.counts.sessions} 处`, `收到过 ${d.counts.notices} 条消息`, `上传过 ${d.counts.photos} 张照片`, `工作人员查看过您的完整信息 ${d.counts.whole_readings} 次`] },
  ]
}
