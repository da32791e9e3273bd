/**
 * For tests: a person at the keyboard. There is no mouse and no way to move the focus but by pressing keys. After every
 * step the focus must be visible; a pointer event fails the test.
 */
import type { Browser, BrowserContextOptions, Download, Page } from 'playwright-core'
import { violations } from './axe.testing.ts'
import { onPage } from './journey.testing.ts'
import { until, untilIs } from '#scripts/lab/harness/until.ts'

type Role = Parameters<Page['getByRole']>[0]
type Name = string | RegExp

/** So many stops are on no place's way. */
const MAX_STOPS = 90

export interface Person {
  press(...keys: string[]): Promise<void>
  type(text: string): Promise<void>
  /** Goes on with Tab, or back with Shift+Tab, until what is called so has the focus. */
  tabTo(role: Role, name: Name, direction?: 'forward' | 'backward'): Promise<void>
  /** The head of what can be unfolded; it has no role of its own. */
  tabToSummary(text: string, direction?: 'forward' | 'backward'): Promise<void>
  /** What has the focus: `dialog`, `table Products`, … */
  isAt(role: Role, name?: Name): Promise<void>
  has(role: Role, name: Name): Promise<boolean>
  /** How it begins in the document. */
  focused(): Promise<string>
  isAtCell(row: number, column: string): Promise<void>
  sees(text: Name, within?: string): Promise<void>
  seesNo(text: Name): Promise<void>
  /** Of what is found by CSS, to be compared; it cannot be acted on. */
  texts(selector: string): Promise<string[]>
  count(selector: string): Promise<number>
  /** What stands in the field. */
  value(selector: string): Promise<string>
  /** Answers the dialog in which one chooses a file, which is the system's own. */
  choosesFile(open: () => Promise<void>, file: { name: string; text: string }): Promise<void>
  /** What came as a file. */
  downloads(ask: () => Promise<void>): Promise<string>
  address(): URL
  reload(): Promise<void>
  /** What a script could read of what the browser keeps. */
  kept(): Promise<string>
  /** What axe has to object to. */
  violations(): Promise<string[]>
}

export async function atKeyboard(
  browser: Browser,
  options: BrowserContextOptions & { url: string },
  journey: (person: Person) => Promise<void>,
): Promise<void> {
  const pointed: string[] = []
  const prepare = async (page: Page) => {
    await page.exposeFunction('adstockPointed', (what: string) => pointed.push(what))
    await page.addInitScript(TELL_POINTER)
  }
  await onPage(browser, { ...options, prepare }, async (page) => {
    await journey(personAt(page))
    if (pointed.length > 0) throw new Error(`Not by the keyboard alone: ${pointed.join(', ')}.`)
  })
}

const TELL_POINTER = `for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
  addEventListener(kind, ({ target }) => adstockPointed(kind + ' on ' + target.outerHTML.slice(0, 80)), { capture: true })`

function personAt(page: Page): Person {
  // Keeps the system's own file dialog from opening: no test could answer it.
  page.on('filechooser', () => {})
  const found = (text: Name, within: string) => page.locator(within).getByText(text).filter({ visible: true })
  return {
    async press(...keys) {
      for (const key of keys) await page.keyboard.press(key)
      await seesFocus(page)
    },
    async type(text) {
      await page.keyboard.type(text)
      await seesFocus(page)
    },
    tabTo: async (role, name, direction) =>
      await tabUntil(page, direction, {
        aim: `${role} ${String(name)}`,
        isReached: () => hasFocus(page, role, name),
      }),
    tabToSummary: async (text, direction) => {
      const focused = page.locator('summary:focus', { hasText: text })
      await tabUntil(page, direction, {
        aim: `summary ${text}`,
        isReached: async () => (await focused.count()) > 0,
      })
    },
    has: async (role, name) => await hasFocus(page, role, name),
    focused: async () => await page.evaluate<string>(FOCUSED),
    async isAt(role, name) {
      await until(
        `${role} ${name ?? ''} has the focus`,
        async () => ({
          there: await hasFocus(page, role, name),
          instead: await page.evaluate<string>(FOCUSED),
        }),
        ({ there }) => there,
      )
      await seesFocus(page)
    },
    async isAtCell(row, column) {
      const cell = page.locator(`tr[data-row="${row}"] td.cell-${column}[data-active]`)
      await untilIs(() => cell.count(), 1)
      await seesFocus(page)
    },
    sees: async (text, within = 'body') => await found(text, within).first().waitFor(),
    seesNo: async (text) => void (await untilIs(() => found(text, 'body').count(), 0)),
    texts: async (selector) => await page.locator(selector).allTextContents(),
    count: async (selector) => await page.locator(selector).count(),
    value: async (selector) => await page.locator(selector).inputValue(),
    async choosesFile(open, { name, text }) {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()])
      await chooser.setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    },
    async downloads(ask) {
      const [download] = await Promise.all<[Promise<Download>, Promise<void>]>([
        page.waitForEvent('download'),
        ask(),
      ])
      return await Bun.file(await download.path()).text()
    },
    reload: async () => void (await page.reload()),
    kept: async () =>
      await page.evaluate<string>(
        'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)',
      ),
    violations: async () => await violations(page),
    address: () => new URL(page.url()),
  }
}

type Direction = 'forward' | 'backward'

interface TabStop {
  aim: string
  isReached: () => Promise<boolean>
}

async function tabUntil(
  page: Page,
  direction: Direction | undefined,
  { aim, isReached }: TabStop,
): Promise<void> {
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    await page.keyboard.press(direction === 'backward' ? 'Shift+Tab' : 'Tab')
    // Beyond the last stop is the browser's own bar, and from there one comes back in.
    if (await page.evaluate<boolean>('document.activeElement === document.body')) continue
    await seesFocus(page)
    if (await isReached()) return
  }
  throw new Error(`No Tab leads to ${aim}.`)
}

/**
 * By the role and the name that assistive technology is given. Only the focused element is looked at: a search of the
 * document by role would compute the names of a thousand elements at each stop.
 */
async function hasFocus(page: Page, role: Role, name?: Name): Promise<boolean> {
  const focused = page.locator(':focus')
  if ((await focused.count()) === 0) return false
  const is = accessible(await focused.ariaSnapshot())
  if (is?.role !== role) return false
  return name === undefined || (typeof name === 'string' ? is.name === name : name.test(is.name))
}

/** The head of a snapshot: `- button "Save"`, `- 'button "Save: all"'`, `- dialog "Keys":`. */
function accessible(snapshot: string): { role: string; name: string } | undefined {
  const quoted = /^- '((?:[^']|'')*)'/.exec(snapshot)?.[1]
  const head = quoted === undefined ? snapshot.slice(2) : quoted.replaceAll("''", "'")
  const [, role, name = '""'] = /^(\w+)(?: ("(?:[^"\\]|\\.)*"))?/.exec(head) ?? []
  return role === undefined ? undefined : { role, name: JSON.parse(name) as string }
}

const FOCUSED = 'document.activeElement?.outerHTML.slice(0, 400) ?? ""'

async function seesFocus(page: Page): Promise<void> {
  await untilIs(() => page.evaluate<string>(UNSEEN), '')
}

/**
 * What has the focus without showing it, or '': its copy, which has none, must look different in its outline, its
 * border or its stroke. A radio button shows it beside itself, a file's field around itself, a day and the table inside.
 */
const UNSEEN = `(() => {
  const has = document.activeElement
  if (!has || has === document.body) return 'Nothing has the focus.'
  const shows = has.type === 'radio' ? has.parentElement
    : has.type === 'file' ? has.closest('label')
    : has.matches('[role=grid]') ? has.querySelector('td[data-active]')
    : has
  if (!shows) return has.outerHTML.slice(0, 160)
  const look = (element) => [element, ...element.querySelectorAll('*')].slice(0, 8).map((each) => {
    const { outlineStyle, outlineWidth, borderColor, stroke, strokeWidth } = getComputedStyle(each)
    return outlineStyle === 'none' ? [borderColor, stroke, strokeWidth] : [outlineWidth, borderColor, stroke, strokeWidth]
  }).join()
  if (has.matches('[role=grid]')) {
    const other = [...has.querySelectorAll('td[data-column]')].find((each) => each !== shows)
    return look(shows) !== look(other) && parseFloat(getComputedStyle(shows).outlineWidth) >= 2 ? '' : shows.outerHTML.slice(0, 160)
  }
  const copy = shows.cloneNode(true)
  for (const each of [copy, ...copy.querySelectorAll('*')]) each.removeAttribute('name')
  shows.after(copy)
  const seen = look(copy) !== look(shows)
  copy.remove()
  return seen ? '' : shows.outerHTML.slice(0, 160)
})()`
