import { expect, test } from 'bun:test'
import { assert, constantFrom, nat, property } from 'fast-check'
import { newKey, prefixOf, randomText, referredPrefix } from './key.ts'

test('a key is recognised by its shape, and its prefix is no secret', () => {
  const { key, prefix } = newKey()
  expect(key).toMatch(/^ak_[0-9A-Za-z]{8}_[0-9A-Za-z]{46}$/)
  expect(key).toStartWith(`${prefix}_`)
  expect(prefixOf(key)).toBe(prefix)
  expect(newKey().key).not.toBe(key)
})

test('one wrong character, anywhere, and it cannot be a key', () => {
  const { key } = newKey()
  const characters = '0123456789ABCXYZabcxyz_-é'.split('')
  assert(
    property(nat(key.length - 1), constantFrom(...characters), (place, character) => {
      const typed = key.slice(0, place) + character + key.slice(place + 1)
      expect(prefixOf(typed) === undefined).toBe(typed !== key)
    }),
  )
  for (const other of ['', 'ak_', `${key}x`, key.slice(0, -1), ` ${key}`, `${key}\n`])
    expect(prefixOf(other)).toBeUndefined()
})

test('a person may name a key by its prefix, with or without ak_, or by the whole of it', () => {
  const { key, prefix } = newKey()
  for (const name of [key, prefix, prefix.slice(3)]) expect(referredPrefix(name)).toBe(prefix)
  for (const name of ['', 'ak_', 'price sync', `${prefix}x`]) expect(referredPrefix(name)).toBeUndefined()
})

test('all characters come about equally often', () => {
  const counts = new Map<string, number>()
  for (const character of randomText(62_000)) counts.set(character, (counts.get(character) ?? 0) + 1)
  expect(counts.size).toBe(62)
  // Six standard deviations from the thousand that each should have.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(1000))
})
