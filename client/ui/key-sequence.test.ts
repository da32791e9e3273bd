import { expect, test } from 'bun:test'
import { nextKey } from './key-sequence.ts'

test('g and then p goes to the products', () => {
  const first = nextKey({ key: 'g', atMs: 0 }, undefined)
  expect(first.shortcut).toBeUndefined()
  expect(nextKey({ key: 'p', atMs: 400 }, first.remember).shortcut).toBe('products')
})

test('a second key that comes too late begins anew', () => {
  expect(nextKey({ key: 'p', atMs: 5_000 }, { key: 'g', atMs: 0 }).shortcut).toBeUndefined()
  expect(nextKey({ key: '/', atMs: 5_000 }, { key: 'g', atMs: 0 }).shortcut).toBe('search')
})

test('a single key needs none before it', () => {
  expect(nextKey({ key: '?', atMs: 0 }, undefined)).toEqual({ shortcut: 'help', remember: undefined })
  expect(nextKey({ key: 'x', atMs: 0 }, undefined)).toEqual({ shortcut: undefined, remember: undefined })
})
