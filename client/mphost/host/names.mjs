// The tags that WeChat brings and this host knows. Whatever else a template uses does not open.
export const tags = new Set(['view', 'text', 'image', 'button', 'input', 'textarea', 'scroll-view', 'label', 'navigator', 'picker', 'switch', 'form'])
