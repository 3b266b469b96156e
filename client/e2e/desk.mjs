// A screen on somebody's desk: a browser as wide as an office has them, for the console.
import { Phone } from './phone.mjs'

const narrowDesk = 1180

export class Desk extends Phone {
  static kind() { return { viewport: { width: 1440, height: 900 } } }

  /** The console has one size of letters; the browser's own zoom makes them larger. */
  async enlarge() {}

  address(path) { return this.at + '/console/#' + path }

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

  /** tapInRow taps what stands in the row of a table that has a text. */
  async tapInRow(text, inner) {
    await this.naming(`to tap ${inner} beside ${text}`, () => this.page.locator('tr', { hasText: text }).first().getByTestId(inner).click())
  }

  /** choose takes an option of a field that opens a list. */
  async choose(id, option) {
    await this.tap(id)
    await this.naming('to choose ' + option, () => this.page.getByRole('option', { name: option }).and(this.page.locator(':visible')).first().click())
    await this.naming('the end of the choice', () => this.page.locator('[role=option]:visible').first().waitFor({ state: 'hidden' }))
  }

  /** choosePlace takes a place in a field for one, by the names from below where one works down to it. */
  async choosePlace(id, ...way) {
    const field = this.get(id)
    await this.naming('to open ' + id, () => field.getByRole('button').first().click())
    for (const name of way.slice(0, -1)) {
      await this.naming('to open ' + name, () => field.locator('.el-tree-node__content', { hasText: name }).first().locator('.el-tree-node__expand-icon').click())
    }
    await this.naming('to choose ' + way.at(-1), () => field.getByText(way.at(-1), { exact: true }).first().click())
  }

  /** say writes why something is done, in the window that asks, and does it. */
  async say(words) {
    await this.write('why', words)
    await this.tap('send')
    await this.miss('send')
  }

  /** agree answers a question that stands above the page with yes, in its words. */
  async agree(text) {
    const box = this.page.locator('.el-message-box')
    await this.naming('to answer ' + text, () => box.getByRole('button', { name: text, exact: true }).click())
    await this.naming('the end of the question', () => box.waitFor({ state: 'hidden' }))
  }

  touch(thing) { return thing.click() }

  fits(name) { return super.fits(name, narrowDesk) }
}
