// A reason that is being written for saying no to one of a list. It is kept until the server has it.
import { whoAmI } from '../api'
import { useDraft } from '../drafts'
import { usePaged } from '../load'
import { told } from '../say'
import { session } from '../session'

export function useRefusal(name: string) {
  const { form, restore, done } = useDraft(() => 'refusal-' + name, { id: '', reason: '' })

  function sent() {
    done()
    if (session.me) restore(session.me)
  }

  return {
    refusal: form,
    sent,
    /** known is to be called once it is known who writes. */
    known: () => { if (session.me) restore(session.me) },
    refuse(id: string) { form.id = form.id === id ? '' : id },
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
