// Files that come and go: they are no JSON, and may take long.
import { address, noAnswer, type AnyGiven, type Answer, type PathOf, type Reply } from '../../shared/client'
import { api } from './api'

const patience = 60_000

/** upload sends one file in a form, with other fields beside it. The same one sent again after a lost answer is one. */
export function upload<P extends PathOf<'post'>>(path: P, file: File, fields: Record<string, string> = {}, given: Partial<AnyGiven> = {}): Promise<Answer<'post', P>> {
  const url = address(path as string, given)
  const what = ['file', url, file.name, file.size, file.lastModified, JSON.stringify(fields)].join(' ')
  return api.once(what, async (headers) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', file)
    const r = await ask(url, { method: 'POST', headers, body: form })
    return { status: r.status, data: await r.json().catch(() => undefined) }
  })
}

/** handIn sends one file as it is, with no form around it. */
export function handIn<P extends PathOf<'post'>>(path: P, file: File, type: string): Promise<Answer<'post', P>> {
  const what = ['file', path, file.name, file.size, file.lastModified].join(' ')
  return api.once(what, async (headers) => {
    const r = await ask(path, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body: file })
    return { status: r.status, data: await r.json().catch(() => undefined) }
  })
}

/** download gets a file and hands it to the browser to keep, by the name that the server gives it, else by ours. */
export async function download<P extends PathOf<'get'>>(path: P, given: Partial<AnyGiven>, ours: string): Promise<void> {
  const { blob, name } = await take(path as string, given)
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name ?? ours })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** picture gets one and gives an address for it within this page, to be let go of when it is not shown any more. */
export async function picture<P extends PathOf<'get'>>(path: P, given: Partial<AnyGiven>): Promise<string> {
  return URL.createObjectURL((await take(path as string, given)).blob)
}

async function take(path: string, given: Partial<AnyGiven>): Promise<{ blob: Blob, name?: string }> {
  let name: string | undefined
  const blob = await api.read<Blob>(async (headers): Promise<Reply> => {
    const r = await ask(address(path, given), { headers })
    if (!r.ok) return { status: r.status, data: await r.json().catch(() => undefined) }
    name = named(r.headers.get('Content-Disposition'))
    return { status: r.status, data: await r.blob() }
  })
  return { blob, name }
}

function named(disposition: string | null): string | undefined {
  const m = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')
  return m ? decodeURIComponent(m[1]) : /filename="([^"]+)"/.exec(disposition ?? '')?.[1]
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin', signal: AbortSignal.timeout(patience) })
  } catch {
    throw noAnswer()
  }
}
