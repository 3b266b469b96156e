// Why: words that are being written about one of several things, for saying no to it or for ending it, or yes where
// that needs words. They are kept until the server has them.
import { useDraft } from './drafts'
import { session } from './session'

export function useReason(name: string) {
  const { form, restore, done } = useDraft(() => 'refusal-' + name, { id: '', reason: '', agrees: false })

  /** known is to be called once it is known who writes. */
  const known = () => { if (session.me) restore(session.me) }

  function sent() {
    done()
    known()
  }

  /** turn opens what is written about one of them, or closes it. */
  function turn(id: string, agrees = false) {
    Object.assign(form, { id: form.id === id ? '' : id, agrees })
  }

  return { form, known, sent, turn }
}
