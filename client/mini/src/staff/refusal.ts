// A reason that is being written for saying no to one of a list. It is kept until the server has it.
import { useDraft } from '../drafts'
import { session } from '../session'

export function useRefusal(name: string) {
  const { form, restore, done } = useDraft(() => 'refusal-' + name, { id: '', reason: '' })

  return {
    refusal: form,
    /** known is to be called once it is known who writes. */
    known: () => { if (session.me) restore(session.me) },
    refuse(id: string) { form.id = form.id === id ? '' : id },
    sent() {
      done()
      if (session.me) restore(session.me)
    },
  }
}
