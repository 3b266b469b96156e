// A typed client of danyuan's API, for every face of it. What may be asked and what is answered is read
// from schema.d.ts, which is generated; nothing is described by hand. It needs neither fetch nor URL nor
// Headers, which a mini-program does not have: who uses it brings the way to send.
import type { components, paths } from './schema'

type Verb = 'get' | 'post' | 'delete'

/** The paths that have a verb. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: paths[P] extends { [K in V]: { responses: unknown } } ? P : never
}[keyof paths]

type Operation<V extends Verb, P extends keyof paths> = paths[P] extends { [K in V]: infer O } ? O : never

type Places<O> = O extends { parameters: infer A }
  ? { [K in keyof A as K extends 'path' | 'query' ? (A[K] extends undefined ? never : K) : never]: A[K] }
  : unknown

type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : unknown

type Given<V extends Verb, P extends keyof paths> = Places<Operation<V, P>> & Body<Operation<V, P>>

type Rest<G> = Record<never, never> extends G ? [given?: G] : [given: G]

/** What an operation answers. */
export type Answer<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { responses: { 200: { content: { 'application/json': infer D } } } } ? D : undefined

/** The body of every refusal: detail is for people, code for machines. */
export type ProblemBody = components['schemas']['Problem']

/** Problem is why something was not done. Status 0: no answer came. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: string[]

  constructor(status: number, code: string, detail: string, fields: string[] = []) {
    super(detail)
    this.status = status
    this.code = code
    this.fields = fields
  }
}

export interface Ask { method: string; url: string; headers: Record<string, string>; body?: string }
export interface Reply { status: number; data: unknown }

/** Send carries a request and gives the answer, whatever its status; it throws when none came. */
export type Send = (ask: Ask) => Promise<Reply>

/** Shelf keeps a text over a restart. */
export interface Shelf { read(): string; write(text: string): void }

export interface ClientOptions {
  origin: string
  send: Send
  token(): string
  /** How a request says whom it is from; by a bearer token where nothing else is given. */
  identify?(token: string): Record<string, string>
  /** The session is over: the server does not know its token any more. */
  signedOut(token: string): void
  shelf: Shelf
}

export type Client = ReturnType<typeof createClient>

export function createClient(o: ClientOptions) {
  const identified = o.identify ?? bearer
  const keys = keyBook(o.shelf)
  const running = new Map<string, Promise<unknown>>()

  /** judge gives what an answer holds, or throws the problem that it is. */
  function judge<D>(reply: Reply, token: string): D {
    if (reply.status >= 200 && reply.status < 300) return reply.data as D
    const p = (typeof reply.data === 'object' && reply.data ? reply.data : {}) as Partial<ProblemBody>
    if (reply.status === 401 && token) o.signedOut(token)
    throw new Problem(reply.status, p.code ?? 'http.' + reply.status,
      p.detail ?? '服务器没有正常回答，请稍后再试。', (p.errors ?? []).map((e) => e.message))
  }

  /**
   * once does a write under a key that stays until the server has answered: the same thing sent again,
   * after a lost answer or a restart, happens once. Two taps share one request.
   */
  function once<D>(what: string, send: (headers: Record<string, string>) => Promise<Reply>): Promise<D> {
    const token = o.token()
    const print = fingerprint(what) // without the token: who logs in again goes on with the same key
    const already = running.get(print)
    if (already) return already as Promise<D>
    const run = (async () => {
      try {
        const reply = await send({ ...identified(token), 'Idempotency-Key': keys.of(print) })
        if (settled(reply.status)) keys.forget(print)
        return judge<D>(reply, token)
      } finally {
        running.delete(print)
      }
    })()
    running.set(print, run)
    return run
  }

  function write<V extends 'post' | 'delete', P extends PathOf<V>>(verb: V, path: P, given: Partial<AnyGiven> = {}) {
    const url = o.origin + address(path as string, given)
    const body = given.body === undefined ? undefined : JSON.stringify(given.body)
    return once<Answer<V, P>>(verb + ' ' + url + ' ' + (body ?? ''), (headers) =>
      o.send({ method: verb.toUpperCase(), url, headers: body ? { ...headers, 'Content-Type': 'application/json' } : headers, body }))
  }

  /** read asks for something in a way of its own, such as a file. */
  async function read<D>(send: (headers: Record<string, string>) => Promise<Reply>): Promise<D> {
    const token = o.token()
    return judge(await send(identified(token)), token)
  }

  return {
    once,
    read,
    origin: o.origin,
    get<P extends PathOf<'get'>>(path: P, ...[given]: Rest<Given<'get', P>>): Promise<Answer<'get', P>> {
      const url = o.origin + address(path as string, (given ?? {}) as Partial<AnyGiven>)
      return read((headers) => o.send({ method: 'GET', url, headers }))
    },
    /** load is a read by a way of its own to send, for what is no JSON: a paper, a table. */
    async load<D>(send: (headers: Record<string, string>) => Promise<Reply>): Promise<D> {
      const token = o.token()
      return judge<D>(await send(identified(token)), token)
    },
    post<P extends PathOf<'post'>>(path: P, ...[given]: Rest<Given<'post', P>>): Promise<Answer<'post', P>> {
      return write('post', path, given as Partial<AnyGiven>)
    },
    del<P extends PathOf<'delete'>>(path: P, ...[given]: Rest<Given<'delete', P>>): Promise<Answer<'delete', P>> {
      return write('delete', path, given as Partial<AnyGiven>)
    },
  }
}

export interface AnyGiven { path: Record<string, unknown>; query: Record<string, unknown>; body: unknown }

/** address fills in a path, and what is asked of it. */
export function address(path: string, given: Partial<AnyGiven>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.path?.[name])))
  const query = Object.entries(given.query ?? {}).filter(([, v]) => v !== undefined && v !== '')
    .map(([k, v]) => k + '=' + encodeURIComponent(String(v)))
  return query.length ? filled + '?' + query.join('&') : filled
}

function bearer(token: string): Record<string, string> {
  return token ? { Authorization: 'Bearer ' + token } : {}
}

/** settled tells whether an answer says for certain what became of a write. */
function settled(status: number): boolean {
  return status < 500 && status !== 408 && status !== 429 && status !== 401
}

const keptKeys = 30

/** keyBook remembers the keys of writes that have no answer yet. It holds no word of what was written. */
function keyBook(shelf: Shelf) {
  let all: [print: string, key: string][] = []
  try { all = JSON.parse(shelf.read() || '[]') } catch { /* what can't be read is nothing */ }
  const save = () => shelf.write(JSON.stringify(all = all.slice(-keptKeys)))
  return {
    of(print: string): string {
      const known = all.find(([p]) => p === print)
      if (known) return known[1]
      const key = newKey()
      all.push([print, key])
      save()
      return key
    },
    forget(print: string) {
      all = all.filter(([p]) => p !== print)
      save()
    },
  }
}

// A key is no secret, it only has to be another one each time.
function newKey(): string {
  const part = () => Math.random().toString(36).slice(2, 12)
  return Date.now().toString(36) + '-' + part() + part()
}

/** fingerprint is a short number for a text, of 106 bits or so; it can't be read back. */
function fingerprint(text: string): string {
  let a = 0x9e3779b9, b = 0x85ebca6b, c = 0xc2b2ae35, d = 0x27d4eb2f
  for (let i = 0; i < text.length; i++) {
    const t = text.charCodeAt(i)
    a = Math.imul(a ^ t, 2654435761)
    b = Math.imul(b ^ t, 1597334677) ^ (a >>> 15)
    c = Math.imul(c ^ t, 3266489917) ^ (b >>> 13)
    d = Math.imul(d ^ t, 668265263) ^ (c >>> 16)
  }
  return [a, b, c, d].map((n) => (n >>> 0).toString(36)).join('')
}

/** noAnswer is the problem of a request that nothing came back for. */
export function noAnswer(): Problem {
  return new Problem(0, 'network', '网络不通，请检查网络后再试一次。已经填写的内容还在。')
}
