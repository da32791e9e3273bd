import { describe, expect, test } from 'bun:test'
import type { Product } from './columns.ts'
import type { Edit } from './edits.ts'
import { cellStep, type Group } from './cell-step.ts'
import { UndoStack } from './undo-stack.ts'

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
  return { save, saved, step: (edits: readonly Edit[]) => cellStep(save(edits), save) }
}

describe('undo', () => {
  test('goes back step by step, and forth again', async () => {
    const stack = new UndoStack()
    const { step, saved } = saver()
    stack.push(step([edit('5.00', '6.00')]))
    stack.push(step([edit('6.00', '7.00')]))
    await stack.undo()
    await stack.undo()
    await stack.redo()
    expect(saved).toEqual(['5.00→6.00', '6.00→7.00', '7.00→6.00', '6.00→5.00', '5.00→6.00'])
    expect(await stack.undo()).toMatchObject({ words: '1 cell', at: { id: 1, field: 'price' } })
    expect(await stack.undo()).toBeUndefined()
    expect(stack.get()).toBeUndefined()
  })

  test('is done again although it was still under way', async () => {
    const stack = new UndoStack()
    const { step, saved } = saver()
    stack.push(step([edit('5.00', '6.00')]))
    const [undone, redone] = await Promise.all([stack.undo(), stack.redo()])
    expect([undone?.words, redone?.words]).toEqual(['1 cell', '1 cell'])
    expect(saved).toEqual(['5.00→6.00', '6.00→5.00', '5.00→6.00'])
  })

  test('carries the version that the change made, not the one before it', async () => {
    const { save } = saver()
    const sent: Edit[] = []
    const step = cellStep(save([edit('5.00', '6.00')]), (edits) => {
      sent.push(...edits)
      return save(edits)
    })
    await step.back()
    expect(sent[0]?.product.version).toBe(4)
  })

  test('leaves out what was not saved', async () => {
    const stack = new UndoStack()
    const { step, save, saved } = saver()
    stack.push(step([edit('5.00', '6.00')]))
    stack.push(cellStep({ edits: [edit('6.00', '7.00')], outcome: Promise.resolve([undefined]) }, save))
    await stack.undo()
    expect(saved.at(-1)).toBe('6.00→5.00')
  })

  test('forgets what was undone once something new is done', async () => {
    const stack = new UndoStack()
    const { step } = saver()
    stack.push(step([edit('5.00', '6.00')]))
    await stack.undo()
    stack.push(step([edit('5.00', '9.00')]))
    expect(await stack.redo()).toBeUndefined()
  })

  test('goes on to what was done before when a step was refused', async () => {
    const stack = new UndoStack()
    const { step, saved } = saver()
    stack.push(step([edit('5.00', '6.00')]))
    stack.push({ words: 'refused', at: undefined, back: () => Promise.reject(new Error('No.')) })
    expect(stack.undo()).rejects.toThrow('No.')
    await stack.undo()
    expect(saved.at(-1)).toBe('6.00→5.00')
  })
})
