/**
 * Keeps the focus on the page. When the focused element is removed (a button that was pressed, a row that another client
 * deleted, a page that was left), the browser would start again at the top of the document.
 */
import { focusFirstField } from './modal.tsx'

const FOCUSABLE = ':is(a[href], button, input, select, summary, [tabindex="0"]):not(:disabled)'

export function keepFocus(): void {
  let last: Element | undefined
  /** Around it, nearest first; a removed element no longer knows. */
  let around: readonly Element[] = []

  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return
    last = target
    around = ancestorsOf(target)
  })
  const observer = new MutationObserver(() => {
    if (document.activeElement?.matches('dialog[data-waiting]')) focusInDialog()
    else if (last && !canHaveFocus(last) && hasNoFocus(last)) focusNear(around)
  })
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] })
}

/** Where a place begins for the keyboard: its table, else its heading. */
export function focusStart(): void {
  const starts = ['#main [role=grid]', '#main h1', 'main']
  const [start] = starts.flatMap((each) => document.querySelector<HTMLElement>(each) ?? [])
  start?.focus()
}

function canHaveFocus(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled')
}

/** A button that was just disabled keeps the focus until the next frame. */
function hasNoFocus(last: Element): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || activeElement === last
}

function focusNear(around: readonly Element[]): void {
  if (focusInDialog()) return
  const part = around.find(
    (each) => each.isConnected && each.matches('section') && each.querySelector(FOCUSABLE),
  )
  const near = part?.querySelector<HTMLElement>(FOCUSABLE)
  if (near) near.focus()
  else focusStart()
}

/** Where it has nothing to press while something is under way, it has the focus itself until there is. */
function focusInDialog(): boolean {
  const dialog = document.querySelector<HTMLElement>('dialog[open]')
  if (!dialog) return false
  const hasField = focusFirstField(dialog)
  if (!hasField) dialog.focus()
  dialog.toggleAttribute('data-waiting', !hasField)
  return true
}

function ancestorsOf(element: Element): Element[] {
  const found: Element[] = []
  for (let each = element.parentElement; each; each = each.parentElement) found.push(each)
  return found
}
