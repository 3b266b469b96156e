// A screen on somebody's desk: a browser as wide as an office has them, for the console.
import { Phone } from './phone.mjs'

const narrowDesk = 1180

export class Desk extends Phone {
  static kind() { return { viewport: { width: 1440, height: 900 } } }

  /** The console has one size of letters; the browser's own zoom makes them larger. */
  async enlarge() {}

  /** goTo opens a page of the console by its address. */
  async goTo(path) {
    await this.page.goto('about:blank')
    await this.page.goto(this.at + '/console/#' + path)
  }

  /** logInAs signs a persona of the demo in, and comes to the first page. */
  async logInAs(persona) {
    await this.goTo('/')
    await this.tap('login-persona-' + persona)
    await this.see('menu')
  }

  /** open goes to a page by its line in the menu: open('org') is /org. */
  async open(page) {
    await this.tap('menu-' + page)
    await this.see('title')
  }

  /** workAt changes the role and place that one works in, by words of its line. */
  async workAt(words) {
    await this.tap('place')
    await this.naming('to work at ' + words, () => this.page.getByRole('option').filter({ hasText: words }).first().click())
  }

  touch(thing) { return thing.click() }

  fits(name) { return super.fits(name, narrowDesk) }
}
