import { describe, expect, test } from 'bun:test'
import { moveCursor, nextEditable } from './cell-cursor.ts'

const size = { rows: 100, columns: 6, page: 20 }
const at = { row: 50, column: 3 }

describe('the cell cursor', () => {
  test.each([
    ['ArrowUp', false, { row: 49, column: 3 }],
    ['ArrowDown', true, { row: 99, column: 3 }],
    ['ArrowLeft', false, { row: 50, column: 2 }],
    ['ArrowRight', true, { row: 50, column: 5 }],
    ['PageDown', false, { row: 70, column: 3 }],
    ['Home', false, { row: 50, column: 0 }],
    ['End', true, { row: 99, column: 5 }],
  ])('%s (ctrl %p) leads to %p', (key, ctrl, to) => {
    expect(moveCursor(at, { key, ctrl }, size)).toEqual(to)
  })

  test('stays within the table', () => {
    expect(moveCursor({ row: 0, column: 0 }, { key: 'ArrowUp', ctrl: false }, size)).toEqual({
      row: 0,
      column: 0,
    })
    expect(moveCursor({ row: 95, column: 0 }, { key: 'PageDown', ctrl: false }, size)?.row).toBe(99)
  })

  test('does not move for other keys', () => {
    expect(moveCursor(at, { key: 'a', ctrl: false }, size)).toBeUndefined()
  })
})

describe('going on from an edited cell', () => {
  const editable = [3, 4]
  const forwards = { rows: 100, backwards: false }

  test('leads through the row and then to the next one', () => {
    expect(nextEditable({ row: 7, column: 3 }, editable, forwards)).toEqual({ row: 7, column: 4 })
    expect(nextEditable({ row: 7, column: 4 }, editable, forwards)).toEqual({ row: 8, column: 3 })
  })

  test('and back', () => {
    expect(nextEditable({ row: 7, column: 3 }, editable, { rows: 100, backwards: true })).toEqual({
      row: 6,
      column: 4,
    })
  })

  test('ends at the last cell', () => {
    expect(nextEditable({ row: 99, column: 4 }, editable, forwards)).toBeUndefined()
  })
})
