// The ways to send in a browser.
import { noAnswer, type Ask, type Reply, type Send } from './client'

const patience = 20_000

/** fetchSend sends nothing but what is asked: the token in the header is the only credential. */
export const fetchSend: Send = (ask) => send(ask, 'omit')

/** cookieSend sends the cookies of the server that the page came from as well. */
export const cookieSend: Send = (ask) => send(ask, 'same-origin')

async function send(ask: Ask, credentials: RequestCredentials): Promise<Reply> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), patience)
  try {
    const r = await fetch(ask.url, {
      method: ask.method, headers: ask.headers, body: ask.body, signal: stop.signal,
      credentials,
    })
    const text = await r.text()
    return { status: r.status, data: parse(text) }
  } catch {
    throw noAnswer()
  } finally {
    clearTimeout(timer)
  }
}

function parse(text: string): unknown {
  try { return JSON.parse(text) } catch { return undefined }
}
