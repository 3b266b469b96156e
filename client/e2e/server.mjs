// The server under test: the real binary as a demo in a folder of its own, and calls to it past the client.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** start runs the binary on a free port and waits until it answers. */
export async function start(binary) {
  const home = await mkdtemp(join(tmpdir(), 'danyuan-e2e-'))
  const child = spawn(binary, [], {
    env: { PATH: process.env.PATH, DATA_DIR: join(home, 'data'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let log = ''
  child.stderr.on('data', (b) => { log += b })
  const ended = new Promise((done) => child.once('close', done))
  const stop = async () => {
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await ended
    clearTimeout(killer)
    await rm(home, { recursive: true, force: true })
  }
  try {
    await new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error('the server does not start:\n' + log)), 60_000)
      child.once('error', failed)
      child.once('close', () => failed(new Error('the server ended:\n' + log)))
      child.stdout.on('data', (b) => {
        said += b
        if (said.includes('"code":"demo:chief"')) { clearTimeout(late); done() }
      })
    })
    const at = /(http:\/\/127\.0\.0\.1:\d+)\/demo\/codes/.exec(said)?.[1]
    const code = /\/v1\/units\/([0-9A-Z]{12})/.exec(said)?.[1]
    if (!at || !code) throw new Error('the greeting says neither where nor which unit:\n' + said)
    return { at, code, stop, log: () => log, as: (persona) => caller(at, persona) }
  } catch (e) {
    await stop()
    throw e
  }
}

/** caller signs a persona in and gives calls in their name; without a persona they are nobody's. */
async function caller(at, persona) {
  let token = ''
  const call = async (method, path, body) => {
    const form = body instanceof FormData
    const headers = form ? {} : { 'Content-Type': 'application/json' }
    if (token) headers.Authorization = 'Bearer ' + token
    if (method !== 'GET') headers['Idempotency-Key'] = randomUUID()
    const r = await fetch(at + path, { method, headers, body: body === undefined || form ? body : JSON.stringify(body), signal: AbortSignal.timeout(20_000) })
    const text = await r.text()
    if (!r.ok) throw new Error(`${persona ?? 'nobody'}: ${method} ${path}: ${r.status} ${text}`)
    return JSON.parse(text)
  }
  if (persona) token = (await call('POST', '/v1/login', { code: 'demo:' + persona })).token
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) }
}
