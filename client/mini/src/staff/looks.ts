// Who somebody of a list is. A list says little of people; who looks further leaves a note of it.
import { shallowReactive } from 'vue'
import { api, type Answer } from '../api'

export type Looked = Answer<'get', '/v1/people/{id}'>

export function useLooks(attempt: (call: () => Promise<unknown>) => Promise<boolean>) {
  const people = shallowReactive<Record<string, Looked>>({})
  const look = (id: string) => attempt(async () => { people[id] = await api.get('/v1/people/{id}', { path: { id } }) })
  return { people, look }
}
