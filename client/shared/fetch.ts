// The way to send in a browser.
import { noAnswer, type Send } from './client'

const patience = 20_000

export const fetchSend: Send = async (ask) => {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), patience)
  try {
    const r = await fetch(ask.url, {
      method: ask.method, headers: ask.headers, body: ask.body, signal: stop.signal,
      credentials: 'omit', // the token in the header is the only credential
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
