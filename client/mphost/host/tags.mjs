// WeChat's own tags, as far as a client of ours uses them. Each is a component whose element holds, where it
// needs one, the HTML element that does the work.
import { tags } from './names.mjs'
import { numberOf, shown } from './wx.mjs'

const set = (element, name, value) => {
  if (value === undefined || value === null || value === '' || value === false) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : value)
}

/** dom is the element of a component in the page. */
const dom = (component) => component._$.$$

// What every tag takes so that those who listen can use it; and the name that tests find it by.
const spoken = { role: 'role', ariaLabel: 'aria-label', ariaSelected: 'aria-selected', ariaDisabled: 'aria-disabled', ariaChecked: 'aria-checked', ariaHidden: 'aria-hidden', ariaExpanded: 'aria-expanded', testid: 'data-testid' }

/** speak shows one of them where it counts: a field and a picture are named themselves, not what is around them. */
function speak(component, name, value) {
  const text = value === undefined || value === null ? '' : String(value)
  if (name === 'ariaLabel' && component.field) return set(component.field, 'aria-label', text)
  if (name === 'ariaLabel' && component.img) { component.img.alt = text; return undefined }
  if (name === 'role' && /^(button|link|tab|radio|checkbox|switch)$/.test(text)) dom(component).tabIndex = 0
  return set(dom(component), spoken[name], text)
}

/** fire tells a template that something happened, as WeChat's own components do: only on the tag itself. */
const fire = (component, name, detail) => component.triggerEvent(name, detail, { bubbles: false, composed: false })

const open = { agreePrivacyAuthorization: ['agreeprivacyauthorization', () => ({})], getPhoneNumber: ['getphonenumber', numberOf] }

const special = {
  'scroll-view': { properties: { scrollX: Boolean, scrollY: Boolean }, attached() { if (this.data.scrollY) dom(this).style.overflowY = 'auto' } },
  navigator: { properties: { url: String }, attached() { dom(this).addEventListener('click', () => globalThis.phone.wx.navigateTo({ url: this.data.url })) } },
  button: {
    properties: { disabled: Boolean, openType: String },
    attached() {
      dom(this).tabIndex = 0
      dom(this).addEventListener('click', () => {
        const does = open[this.data.openType]
        if (does && !this.data.disabled) Promise.resolve(does[1]()).then((told) => fire(this, does[0], told))
      })
    },
    observers: { disabled(on) { set(dom(this), 'disabled', on); dom(this).setAttribute('aria-disabled', String(!!on)); dom(this).setAttribute('role', 'button') } },
  },
  image: {
    properties: { src: String, mode: String },
    attached() {
      const img = this.img = document.createElement('img')
      img.alt = ''
      img.style.objectFit = { aspectFill: 'cover', aspectFit: 'contain' }[this.data.mode] ?? 'fill'
      img.onload = () => fire(this, 'load', { width: img.naturalWidth, height: img.naturalHeight })
      img.onerror = () => fire(this, 'error', { errMsg: 'image load fail' })
      dom(this).append(img)
      if (this.data.src) img.src = shown(this.data.src)
    },
    observers: { src(src) { if (this.img && src) this.img.src = shown(src) } },
  },
  picker: {
    properties: { mode: { type: String, value: 'selector' }, value: null, range: null, start: null, end: null, disabled: Boolean },
    attached() {
      dom(this).addEventListener('click', () => {
        const ask = globalThis.phone.answers.picker
        if (ask && !this.data.disabled) fire(this, 'change', { value: ask({ ...this.data }) })
      })
    },
  },
  switch: {
    properties: { checked: Boolean, disabled: Boolean },
    attached() {
      const box = this.box = document.createElement('input')
      box.type = 'checkbox'
      box.checked = this.data.checked
      box.addEventListener('change', () => fire(this, 'change', { value: box.checked }))
      dom(this).append(box)
    },
    observers: { checked(on) { if (this.box) this.box.checked = on } },
  },
}

/** writing is an input or a textarea. What is typed is told; what the page sets is shown. */
const writing = (tag) => ({
  properties: { value: null, type: String, password: Boolean, placeholder: String, maxlength: { type: Number, value: 140 }, disabled: Boolean, focus: Boolean },
  attached() {
    const field = this.field = document.createElement(tag)
    if (tag === 'input') field.type = this.data.password ? 'password' : 'text'
    if (this.data.maxlength > 0) field.maxLength = this.data.maxlength
    field.value = this.data.value ?? ''
    field.placeholder = this.data.placeholder ?? ''
    field.disabled = this.data.disabled
    field.addEventListener('input', (e) => { e.stopPropagation(); fire(this, 'input', { value: field.value, cursor: field.selectionStart }) })
    field.addEventListener('focus', () => fire(this, 'focus', { value: field.value, height: 0 }))
    field.addEventListener('blur', () => fire(this, 'blur', { value: field.value }))
    field.addEventListener('keydown', (e) => { if (e.key === 'Enter' && tag === 'input') fire(this, 'confirm', { value: field.value }) })
    dom(this).append(field)
  },
  observers: {
    value(value) { if (this.field && this.field.value !== String(value ?? '')) this.field.value = value ?? '' },
    placeholder(text) { if (this.field) this.field.placeholder = text ?? '' },
    disabled(on) { if (this.field) this.field.disabled = on },
  },
})
special.input = writing('input')
special.textarea = writing('textarea')

/** bring makes the tags in a code space and gives the component of each. */
export function bring(codeSpace) {
  for (const tag of tags) {
    const { properties, attached, observers } = special[tag] ?? {}
    codeSpace.addComponentStaticConfig('wx/' + tag, { component: true, styleIsolation: 'isolated' })
    const saying = Object.fromEntries(Object.keys(spoken).map((name) => [name, function (value) { if (dom(this)) speak(this, name, value) }]))
    codeSpace.component('wx/' + tag).definition({
      properties: { hidden: Boolean, hoverClass: String, ...Object.fromEntries(Object.keys(spoken).map((name) => [name, null])), ...properties },
      observers: { hidden(on) { if (dom(this)) set(dom(this), 'hidden', on) }, ...saying, ...observers },
      lifetimes: {
        attached() {
          set(dom(this), 'hidden', this.data.hidden)
          attached?.call(this)
          for (const name of Object.keys(spoken)) if (this.data[name] !== null) speak(this, name, this.data[name])
        },
      },
    }).register()
  }
  return [...tags].map((tag) => ['wx-' + tag, codeSpace.getComponentSpace().getComponentByUrl('wx/' + tag, '')])
}
