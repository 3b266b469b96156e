// What uni-app leaves out in a browser, for who reads with their ears or has no finger to tap with: it names its
// own element (uni-input, uni-image) and not the field or picture inside, and what is tapped can't be reached
// or pressed by keys. It is mended here once for every page, as elements come.

const pressed = '[role=button], [role=link], [role=tab], [role=radio], [role=checkbox], [role=switch]'
const named = 'uni-input[aria-label], uni-textarea[aria-label]'

function mend(root: Element) {
  const all = (selector: string) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)]
  for (const e of all(pressed)) {
    if (!e.hasAttribute('tabindex')) e.setAttribute('tabindex', '0')
  }
  for (const e of all(named)) {
    for (const field of e.querySelectorAll('input, textarea')) field.setAttribute('aria-label', e.getAttribute('aria-label') ?? '')
  }
  for (const e of all('uni-image')) {
    for (const picture of e.querySelectorAll('img')) picture.alt = e.getAttribute('aria-label') ?? ''
  }
}

function press(e: KeyboardEvent) {
  const on = e.target
  if ((e.key !== 'Enter' && e.key !== ' ') || !(on instanceof HTMLElement) || !on.matches(pressed)) return
  e.preventDefault()
  on.click()
}

/** makeAccessible watches the page for what comes and changes. Browsers only. */
export function makeAccessible() {
  new MutationObserver((changes) => {
    for (const c of changes) {
      if (c.type === 'attributes') mend(c.target as Element)
      for (const e of c.addedNodes) if (e instanceof Element) mend(e.closest('uni-input, uni-textarea, uni-image') ?? e)
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ['aria-label', 'role'] })
  document.addEventListener('keydown', press)
}
