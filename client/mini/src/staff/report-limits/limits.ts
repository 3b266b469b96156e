// Limits of who reports, as those see them who make them and decide about them.
import { api } from '../../api'

/** readLimits reads those in a state that still hold: what is over by itself waits for nobody. */
export async function readLimits(id: string, state: 'running' | 'objected', query: { cursor?: string, limit?: number } = {}) {
  const all = await api.get('/v1/nodes/{id}/report-limits', { path: { id }, query: { state, ...query } })
  return { ...all, items: all.items.filter((l) => l.counts) }
}
