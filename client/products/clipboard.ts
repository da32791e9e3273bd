/** Cells as text, the way spreadsheets put them on the clipboard: tabs between cells, a line for each row. */
import { mannerOf } from '#client/ui/read-number.ts'
import { asTyped, readCell } from './cell-value.ts'
import { isFigure, type Column, type Figure, type Product } from './columns.ts'
import type { NewValue } from './use-edits.ts'

export type Cells = readonly (readonly string[])[]

/** Cells with tabs, line breaks or quotes in them stand in quotes. */
export function parseCells(text: string): Cells {
  const rows: string[][] = [[]]
  let row = rows[0] ?? []
  const cell = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\n|\r|$)/gy
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    const [, content = '', end] = found
    row.push(/^".*"$/s.test(content) ? content.slice(1, -1).replaceAll('""', '"') : content)
    if (end === '' || cell.lastIndex === text.length) break
    if (end !== '\t') rows.push((row = []))
  }
  return rows
}

export function formatCells(cells: Cells): string {
  return cells
    .map((row) =>
      row.map((cell) => (/[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t'),
    )
    .join('\n')
}

/** Numbers as the reader's locale writes them, ungrouped: what a spreadsheet takes for numbers. */
export function copied(
  products: readonly Product[],
  columns: readonly Column[],
  figureOf: (product: Product, figure: Figure) => string = () => '',
): Cells {
  const manner = mannerOf()
  return products.map((product) =>
    columns.map(({ id, field }) => {
      if (field) return asTyped(product[field], manner)
      return isFigure(id) ? figureOf(product, id) : String(product[id] ?? '')
    }),
  )
}

export type Pasted = { values: NewValue[]; leftOut: number } | { mistake: string }

/**
 * Pasted cells onto products, both from the top left. One cell fills them all. Cells that fall on a column that
 * cannot be edited are left out; one that cannot be read refuses the whole, so that nothing is half pasted.
 */
export function paste(cells: Cells, products: readonly Product[], columns: readonly Column[]): Pasted {
  const manner = mannerOf()
  const values: NewValue[] = []
  let leftOut = 0
  for (const [index, product] of products.entries()) {
    for (const [offset, { field }] of columns.entries()) {
      const typed = isSingle(cells) ? cells[0]?.[0] : cells[index]?.[offset]
      if (typed === undefined) continue
      if (!field) {
        leftOut += 1
        continue
      }
      const read = readCell(typed, { product, field, manner })
      if ('mistake' in read) return { mistake: `“${typed}” in row ${index + 1}: ${read.mistake}` }
      values.push({ product, field, value: read.value })
    }
  }
  return { values, leftOut }
}

/** The first row's values for all rows below it. */
export function filledDown(products: readonly Product[], columns: readonly Column[]): NewValue[] {
  const [first, ...others] = products
  if (!first) return []
  return others.flatMap((product) =>
    columns.flatMap(({ field }) => (field ? [{ product, field, value: first[field] }] : [])),
  )
}

function isSingle(cells: Cells): boolean {
  return cells.length === 1 && cells[0]?.length === 1
}

export function sizeOf(cells: Cells): { rows: number; columns: number } {
  return { rows: cells.length, columns: Math.max(...cells.map(({ length }) => length)) }
}
