import { describe, expect, test } from 'bun:test'
import type { Product } from './columns.ts'
import type { Edit } from './edits.ts'
import { UndoStack, type Group } from './undo-stack.ts'

const at = '2026-01-01T00:00:00.000Z'
const belt: Product = {
  id: 1,
  sku: null,
  name: 'Belt',
  price: '5.00',
  currency: 'USD',
  stock_level: 5,
  version: 3,
  created_at: at,
  updated_at: at,
  gtin: null,
  ads_item_id: null,
  low_stock_at: null,
}
const edit = (seen: string, mine: string): Edit => ({ product: belt, field: 'price', seen, mine })

/** Saves everything, each time with the next version. */
function saver() {
  let { version } = belt
  const saved: string[] = []
  const save = (edits: readonly Edit[]): Group => {
    saved.push(edits.map(({ seen, mine }) => `${seen}→${mine}`).join(' '))
    const made = edits.map(({ product, mine }) => ({ ...product, price: String(mine), version: ++version }))
    return { edits, outcome: Promise.resolve(made) }
  }
  return { save, saved }
}

describe('undo', () => {
  test('goes back step by step, and forth again', async () => {
    const stack = new UndoStack()
    const { save, saved } = saver()
    stack.push(save([edit('5.00', '6.00')]))
    stack.push(save([edit('6.00', '7.00')]))
    await stack.undo(save)
    await stack.undo(save)
    await stack.redo(save)
    expect(saved).toEqual(['5.00→6.00', '6.00→7.00', '7.00→6.00', '6.00→5.00', '5.00→6.00'])
    expect(await stack.undo(save)).toHaveLength(1)
    expect(await stack.undo(save)).toEqual([])
  })

  test('carries the version that the change made, not the one before it', async () => {
    const stack = new UndoStack()
    const { save } = saver()
    stack.push(save([edit('5.00', '6.00')]))
    expect((await stack.undo(save))[0]?.product.version).toBe(4)
  })

  test('leaves out what was not saved', async () => {
    const stack = new UndoStack()
    const { save, saved } = saver()
    stack.push(save([edit('5.00', '6.00')]))
    const refused = [edit('6.00', '7.00')]
    stack.push({ edits: refused, outcome: Promise.resolve([undefined]) })
    await stack.undo(save)
    expect(saved.at(-1)).toBe('6.00→5.00')
  })

  test('forgets what was undone once something new is done', async () => {
    const stack = new UndoStack()
    const { save } = saver()
    stack.push(save([edit('5.00', '6.00')]))
    await stack.undo(save)
    stack.push(save([edit('5.00', '9.00')]))
    expect(await stack.redo(save)).toEqual([])
  })
})
