// What waits for who has a role: each kind of it, how many, and where it is seen to. What a role does not allow is not asked for.
import { api, type Me } from '../../api'
import { readOnDoors, readPlaques } from '../plaques/plaques'
import { readLimits } from '../report-limits/limits'
import { may, placesOf, type Action } from '../rights'

const most = 50 // so many are counted; "and more" is said of the rest

interface Slice { items: object[], next?: string }

interface Count { text: string, page: string, testid: string, count: string }

/** counted says how many wait: 3, or 50+. Nothing when none does. */
function counted(lists: Slice[]): string {
  const n = lists.reduce((sum, l) => sum + l.items.filter((x) => !('your_turn' in x) || x.your_turn).length, 0)
  return n ? n + (lists.some((l) => l.next) ? '+' : '') : ''
}

export async function readCounts(me: Me): Promise<Count[]> {
  const query = { limit: most }
  const once = (action: Action, read: () => Promise<Slice>) => (may(me, action) ? [read()] : [])
  const each = (action: Action, read: (id: string) => Promise<Slice>) => placesOf(me, action).map(read)
  const plaques = (state: 'applied' | 'approved') => (id: string) => readPlaques(id, state, query)
  const toTakeOff = async (id: string) => ({ items: (await readOnDoors(id)).items.filter((p) => p.pending_removal) })

  const kinds: [string, string, string, Promise<Slice>[]][] = [
    ['居民申请绑定', '/staff/bindings/index', 'desk-bindings', once('approve_bindings', () => api.get('/v1/binding-requests', { query }))],
    ['换微信号', '/staff/bindings/moves', 'desk-moves', once('approve_rebinding', () => api.get('/v1/rebinding-requests', { query }))],
    ['孩子的监护人', '/staff/guardianships/index', 'desk-guardianships', each('change_people', (id) => api.get('/v1/nodes/{id}/guardianships', { path: { id }, query: { state: 'asked', ...query } }))],
    ['居民请社区改正', '/staff/rectifications/index', 'desk-rectifications', each('change_people', (id) => api.get('/v1/nodes/{id}/rectifications', { path: { id }, query: { state: 'asked', ...query } }))],
    ['在职党员报到', '/staff/check-ins/index', 'desk-check-ins', each('accept_check_ins', (id) => api.get('/v1/nodes/{id}/check-ins', { path: { id }, query: { state: 'pending', ...query } }))],
    ['门牌', '/staff/plaques/index', 'desk-plaques', [...each('decide_plaques', plaques('applied')), ...each('install_plaques', plaques('approved')), ...each('install_plaques', toTakeOff)]],
    ['服务时长待确认', '/staff/hours/confirm', 'desk-hours', once('confirm_hours', () => api.get('/v1/hours/to-confirm', { query }))],
    ['服务记录要更正', '/staff/hours/corrections', 'desk-corrections', once('confirm_hours', () => api.get('/v1/corrections', { query }))],
    ['服务记录要核对', '/staff/hours/flags', 'desk-flags', each('watch_hours', (id) => api.get('/v1/nodes/{id}/flags', { path: { id }, query: { cleared: false, ...query } }))],
    ['志愿服务证明', '/staff/certificates/index', 'desk-certificates', each('certify_service', (id) => api.get('/v1/nodes/{id}/certificates', { path: { id }, query: { state: 'asked', ...query } }))],
    ['公示的异议', '/staff/objections/index', 'desk-objections', each('publish_notices', (id) => api.get('/v1/nodes/{id}/objections', { path: { id }, query: { state: 'open', ...query } }))],
    ['上报限制的异议', '/staff/report-limits/index', 'desk-limits', each('limit_reporters', (id) => readLimits(id, 'objected', query))],
    ['照片等审核', '/staff/photo-reviews/index', 'desk-photo-reviews', each('review_photos', (id) => api.get('/v1/nodes/{id}/photo-reviews', { path: { id }, query }))],
    ['文字等审核', '/staff/matter-reviews/index', 'desk-matter-reviews', each('review_matters', (id) => api.get('/v1/nodes/{id}/matter-reviews', { path: { id }, query }))],
  ]
  const all = await Promise.all(kinds.map(async ([text, page, testid, lists]) => ({ text, page, testid, count: counted(await Promise.all(lists)) })))
  return all.filter((w) => w.count)
}
