/** Copying out of the table, pasting into it, and filling down. */
import type { ClipboardEvent } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { count, plural } from '#client/ui/format.ts'
import { notify } from '#client/ui/notices.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { copied, filledDown, formatCells, parseCells, paste, sizeOf } from './clipboard.ts'
import type { Column, Product } from './columns.ts'
import { shownFigure } from './layout/row-figures.ts'
import type { RowBlocks } from './rows/row-blocks.ts'
import { isOneCell, rowsIn, type Selection } from './selection.ts'
import { editsFor, saveCells, type NewValue } from './use-edits.ts'

/** More than this is a matter for a file. */
export const MAX_ROWS = 10_000

export function useClipboard({ rows, columns }: { rows: RowBlocks; columns: readonly Column[] }) {
  const columnsOf = ({ left, right }: Selection) => columns.slice(left, right + 1)

  const write = async (
    selection: Selection,
    values: (products: readonly Product[]) => readonly NewValue[] | undefined,
  ) => {
    if (rowsIn(selection) > MAX_ROWS) {
      refuse(`At most ${count(MAX_ROWS)} rows at once`, 'Import a file instead.')
      return
    }
    try {
      const products = await rows.collect(selection.top, selection.bottom)
      const found = values(products)
      if (found) saveCells(editsFor(found))
    } catch (error) {
      notify({ ...describeError(error), retry: undefined })
    }
  }

  return {
    onCopy(event: ClipboardEvent, selection: Selection) {
      if (event.target !== event.currentTarget) return
      event.preventDefault()
      const products = loadedRows(rows, selection)
      if (!products) {
        refuse('These rows are too many to copy', 'Export has them all as a file.')
        return
      }
      event.clipboardData.setData(
        'text/plain',
        formatCells(copied(products, columnsOf(selection), shownFigure)),
      )
      announce(`${plural(products.length, 'row')} copied.`)
    },

    onPaste(event: ClipboardEvent, selection: Selection) {
      if (event.target !== event.currentTarget) return
      event.preventDefault()
      const cells = parseCells(event.clipboardData.getData('text/plain'))
      const target = sizeOf(cells).rows * sizeOf(cells).columns === 1 ? selection : grown(selection, cells)
      void write(target, (products) => {
        const pasted = paste(cells, products, columnsOf(target))
        if ('mistake' in pasted) return refuse('Nothing was pasted', pasted.mistake)
        if (pasted.values.length === 0)
          return refuse(
            'Nothing was pasted',
            'Only the price and the stock can be changed here, with a key that may.',
          )
        announce(`${plural(pasted.values.length, 'cell')} pasted.`)
        return pasted.values
      })
    },

    fillDown: (selection: Selection) => {
      if (!isOneCell(selection))
        void write(selection, (products) => filledDown(products, columnsOf(selection)))
    },
  }
}

/** As many cells as were copied, from the selection's top left. */
function grown({ top, left }: Selection, cells: ReturnType<typeof parseCells>): Selection {
  const { rows, columns } = sizeOf(cells)
  return { top, left, bottom: top + rows - 1, right: left + columns - 1 }
}

function refuse(what: string, detail: string): undefined {
  notify({ what, detail, requestId: undefined, retry: undefined })
}

/** The clipboard must be filled at once: undefined when some rows would have to be waited for. */
function loadedRows(rows: RowBlocks, { top, bottom }: Selection): Product[] | undefined {
  const found: Product[] = []
  for (let place = top; place <= bottom; place++) {
    const product = rows.row(place)
    if (product) found.push(product)
    else if (place < (rows.total ?? rows.reached)) return undefined
  }
  return found
}
