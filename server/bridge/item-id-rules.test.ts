import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { parseRule } from './item-id-rules.ts'

const read = (template: string, itemId: string) => {
  const rule = parseRule(template)
  if ('mistake' in rule) throw new Error(rule.mistake)
  return rule.read(itemId)
}

test.each([
  ['shopify_{country}_{product}_{variant}', 'shopify_us_71_a_1', { field: 'sku', value: 'a_1' }],
  ['shopify_{country}_{product}_{variant}', 'SHOPIFY_DE_7_40', { field: 'sku', value: '40' }],
  ['gla_{id}', 'gla_17', { field: 'id', value: '17' }],
  ['online:en:GB:{gtin}', 'online:en:gb:4006381333931', { field: 'gtin', value: '4006381333931' }],
  ['{sku}-eu', 'a.b-eu', { field: 'sku', value: 'a.b' }],
  ['{sku}_{size}_{colour}', 'a_b_c_red', { field: 'sku', value: 'a_b' }],
  ['{shop}-{x}{sku}-{y}{z}-eu', 'my-1ab-c-de-eu', { field: 'sku', value: 'ab-c' }],
] as const)('%s reads %s', (template, itemId, found) => {
  expect(read(template, itemId)).toEqual(found)
})

test.each([
  ['gla_{id}', 'gla_'],
  ['gla_{id}', 'xgla_1'],
  ['a.b{id}', 'axb1'],
  ['shopify_{country}_{product}_{variant}', 'shopify_us_7'],
  ['ab{id}b', 'ab'],
  ['{sku}_{size}_{colour}', '_b_c'],
  ['{sku}bc{x}', 'bcd'],
])('%s does not read %s', (template, itemId) => expect(read(template, itemId)).toBeUndefined())

test.each([
  ['gla_', 'needs one of {id}, {sku}, {gtin}, {variant}'],
  ['shopify_{country}', 'needs one of'],
  ['{id}_{sku}', 'needs one of'],
  ['gla_{id', 'a brace or a comma too many'],
])('%s is refused: it %s', (template, mistake) => {
  expect(parseRule(template)).toEqual({ mistake: expect.stringContaining(mistake) })
})

test('an item id is divided in one pass, whatever the template', () => {
  const template = `${'{a}'.repeat(40)}{id}${'{b}'.repeat(20)}!`
  expect(read(template, `${'a'.repeat(10_000)}?`)).toBeUndefined()
  expect(read(template, `${'a'.repeat(99)}!`)).toEqual({ field: 'id', value: 'a'.repeat(39) })
})

test('a template reads what a regular expression would, and nothing else', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', '_'), { maxLength: 8 }).map((letters) => letters.join(''))
  const templates = fc.tuple(fc.array(texts, { minLength: 2, maxLength: 5 }), fc.nat({ max: 3 }))
  fc.assert(
    fc.property(templates, texts, ([literals, nth], itemId) => {
      const place = nth % (literals.length - 1)
      const between = literals.slice(1).map((literal, n) => [n === place ? '{sku}' : '{x}', literal])
      const pattern = literals.slice(1).map((literal, n) => [n === place ? '(.+)' : '.+?', literal])
      const [, value] = new RegExp(`^${[literals[0], ...pattern].flat().join('')}$`).exec(itemId) ?? []
      expect(read([literals[0], ...between].flat().join(''), itemId)?.value).toBe(value)
    }),
    { numRuns: 5_000 },
  )
})
