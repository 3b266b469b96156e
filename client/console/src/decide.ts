// What is decided about one thing of a list: it is shown anew, and why is asked first where that must be said.
import { shallowRef } from 'vue'
import { useTry, type List } from './load'
import { told } from './say'

/** Question is what ui/WhyDialog.vue asks before something is done. */
export interface Question { title: string, text: string, label?: string, max?: number, said: string, again?: () => unknown, call: (words: string) => Promise<unknown> }

/** useDecisions takes decisions about the things of a list: decide at once, ask after the reason. */
export function useDecisions<T extends { id: string }>(list: List<T>) {
  const { problem: refused, busy: acting, attempt } = useTry(list.load)
  const question = shallowRef<Question | null>(null)
  const put = (one: T, now: Partial<T>) => list.put((other) => other.id === one.id, { ...one, ...now })

  async function decide(one: T, said: string, call: () => Promise<Partial<T>>) {
    if (await attempt(async () => put(one, await call()))) told(said)
  }

  function ask(one: T, about: Omit<Question, 'again' | 'call'>, call: (words: string) => Promise<Partial<T>>) {
    question.value = { ...about, again: list.load, call: async (words) => put(one, await call(words)) }
  }

  return { refused, acting, decide, question, ask }
}
