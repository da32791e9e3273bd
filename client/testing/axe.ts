/** For tests: what axe has to object to on the page as it is now; nothing is as it should be. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source)
  return await page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((n) => n.target).slice(0, 3).join(' | ')))`,
  )
}
