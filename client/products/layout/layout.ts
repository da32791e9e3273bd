/** Which columns are shown and how wide they are, as this browser keeps it. */
import { keptStore } from '#client/ui/kept.ts'
import { COLUMNS, type ColumnId } from '#client/products/columns.ts'

export interface Layout {
  /** Undefined: those that find room. */
  shown?: readonly ColumnId[]
  /** In pixels; of the others the style decides. */
  widths: Readonly<Partial<Record<ColumnId, number>>>
}

export const AS_USUAL: Layout = { widths: {} }
export const MIN_WIDTH = 48
const MAX_WIDTH = 2_000

const IDS = COLUMNS.map(({ id }) => id)

export const layout = keptStore<Layout>('adstock.columns', AS_USUAL, read)

/** Of what the browser kept, what still means something. */
function read(kept: unknown): Layout {
  const { shown, widths = {} } = kept as { shown?: unknown; widths?: Record<string, unknown> }
  const known = Array.isArray(shown) ? IDS.filter((id) => shown.includes(id)) : undefined
  const entries = IDS.flatMap((id) => {
    const width = Number(widths[id])
    return width > 0 ? [[id, bounded(width)] as const] : []
  })
  return { ...(known && { shown: known }), widths: Object.fromEntries(entries) }
}

function bounded(width: number): number {
  return Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width)))
}

/** Without a width: as usual. */
export function setWidth(id: ColumnId, width: number | undefined): void {
  const { [id]: _, ...others } = layout.get().widths
  layout.set({ ...layout.get(), widths: width === undefined ? others : { ...others, [id]: bounded(width) } })
}

export function show(shown: readonly ColumnId[]): void {
  layout.set({ ...layout.get(), shown })
}
