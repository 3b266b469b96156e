// What of a matter is redacted: words that stand somewhere in it, or one of its photos.
import type { api, Answer } from '../api'

type Part = NonNullable<Parameters<typeof api.post<'/v1/matters/{id}/redact'>>[1]['body']['part']>

export type Redacting =
  | { seq: number, part: Part, question?: number, words: string, photo?: undefined }
  | { photo: Answer<'post', '/v1/files'> }
