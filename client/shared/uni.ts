// The way to send in a mini-program. Its success comes for every status; fail means that no answer came.
import { noAnswer, type Send } from './client'

interface UniRequest {
  request(o: {
    url: string, method: string, header: Record<string, string>, data?: string, dataType: string, timeout: number
    success(r: { statusCode: number, data: unknown }): void
    fail(): void
  }): void
}

declare const uni: unknown

const patience = 20_000

export const uniSend: Send = (ask) => new Promise((done, failed) => {
  (uni as UniRequest).request({
    url: ask.url, method: ask.method, header: ask.headers, data: ask.body, timeout: patience,
    dataType: 'json', // problem+json is parsed as well
    success: (r) => done({ status: r.statusCode, data: r.data }),
    fail: () => failed(noAnswer()),
  })
})
