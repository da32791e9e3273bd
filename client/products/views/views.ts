/** Filters with a name: those that every shop needs, and those that this browser keeps. */
import { keptStore } from '#client/ui/kept.ts'
import { EVERYTHING, readView, writeView, type View } from '#client/products/use-view.ts'

export interface NamedView {
  name: string
  view: View
}

const named = (name: string, filter: Partial<View>): NamedView => ({
  name,
  view: { ...EVERYTHING, sort: 'id', ...filter },
})

export const USUAL: readonly NamedView[] = [
  named('All products', {}),
  named('Low', { stock: 'low' }),
  named('Out of stock', { stock: 'out' }),
]

export const OF_ADS: readonly NamedView[] = [
  named('Out but advertised', { stock: 'out', advertised: true }),
  named('In stock, not advertised', { stock: 'in', advertised: false }),
  named('Low and advertised', { stock: 'low', advertised: true }),
]

const MAX_KEPT = 50

/** Each as the address has it. */
type Kept = readonly (readonly [name: string, query: string])[]

export const ownViews = keptStore<Kept>('adstock.views', [], (kept) =>
  Array.isArray(kept) ? kept.filter(isKept) : undefined,
)

function isKept(each: unknown): each is Kept[number] {
  return Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === 'string')
}

export function toNamed([name, query]: Kept[number]): NamedView {
  return { name, view: readView(new URLSearchParams(query)) }
}

/** In the place of one with the same name. */
export function keepView(name: string, view: View): void {
  const others = ownViews.get().filter(([each]) => each !== name)
  ownViews.set([...others, [name, writeView(view).toString()] as const].slice(-MAX_KEPT))
}

export function forgetView(name: string): void {
  ownViews.set(ownViews.get().filter(([each]) => each !== name))
}
