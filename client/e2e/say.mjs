// What a flow claims beyond what it sees on a page.

/** holds fails unless a claim about what the server holds is true. */
export function holds(claim, what, got) {
  if (!claim) throw new Error(`the server should hold ${what}, but: ${JSON.stringify(got)}`)
}

/** has fails unless each part is in a text. */
export function has(text, ...parts) {
  for (const part of parts) if (!text.includes(part)) throw new Error(`“${part}” is missing in “${text}”`)
}

/** hasNot fails when one of the parts is in a text. */
export function hasNot(text, ...parts) {
  for (const part of parts) if (text.includes(part)) throw new Error(`“${part}” must not be in “${text}”`)
}

/** until waits for what comes by itself, and gives what look then found. */
export async function until(what, look) {
  for (let i = 0; i < 200; i++) {
    const got = await look()
    if (got) return got
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('it does not come: ' + what)
}
