/** For tests: what axe has to object to on the page as it is now; nothing is as it should be. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source)
  return await page.evaluate<string[]>(
    `(async () => {
      const hidden = (${REPEATED_DAYS}).map((day) => [day, document.createComment('')])
      for (const [day, mark] of hidden) day.replaceWith(mark)
      const { violations } = await axe.run({ resultTypes: ['violations'] })
      for (const [day, mark] of hidden) mark.replaceWith(day)
      return violations.map(({ id, nodes }) => id + ': ' + nodes.map((n) => n.target).slice(0, 3).join(' | '))
    })()`,
  )
}

/** Two years of days differ in their dates and figures alone: one of each look is checked, at a sixth of the cost. */
const REPEATED_DAYS = `(() => {
  const seen = new Set()
  return [...document.querySelectorAll('.day')].filter((day) => {
    const look = day.outerHTML.replaceAll(/aria-label="[^"]*"/g, '').replaceAll(/[\\d.-]+/g, '')
    return seen.has(look) || !seen.add(look)
  })
})()`
