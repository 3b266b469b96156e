// Saying yes to one of a list, or no, with the words that are being written for it.
import { whoAmI } from '../api'
import { usePaged } from '../load'
import { useReason } from '../reason'
import { told } from '../say'

export function useRefusal(name: string) {
  const { form, known, sent, turn } = useReason(name)

  return {
    refusal: form,
    sent,
    known,
    refuse: turn,
    /** decide gives what says yes or no to one of a list, tells it, and reads the list again. */
    decide: (list: { attempt(call: () => Promise<unknown>): Promise<boolean>, load(): Promise<void> }) =>
      async (said: string, call: () => Promise<unknown>) => {
        if (!await list.attempt(call)) return
        sent()
        told(said)
        await list.load()
      },
  }
}

/** useDecisions holds a list of what waits for a yes or a no, with the reason that is being written. */
export function useDecisions<D extends { items: unknown[], next?: string }>(name: string, read: (cursor?: string) => Promise<D>) {
  const { refusal, known, refuse, decide } = useRefusal(name)
  const paged = usePaged<D>(async (cursor) => {
    const [r] = await Promise.all([read(cursor), whoAmI()])
    known()
    return r
  })

  return { ...paged, refusal, refuse, act: decide(paged) }
}
