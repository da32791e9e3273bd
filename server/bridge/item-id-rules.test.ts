import { expect, test } from 'bun:test'
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
] as const)('%s reads %s', (template, itemId, found) => {
  expect(read(template, itemId)).toEqual(found)
})

test.each([
  ['gla_{id}', 'gla_'],
  ['gla_{id}', 'xgla_1'],
  ['a.b{id}', 'axb1'],
  ['shopify_{country}_{product}_{variant}', 'shopify_us_7'],
])('%s does not read %s', (template, itemId) => expect(read(template, itemId)).toBeUndefined())

test.each([
  ['gla_', 'needs one of {id}, {sku}, {gtin}, {variant}'],
  ['shopify_{country}', 'needs one of'],
  ['{id}_{sku}', 'needs one of'],
  ['gla_{id', 'a brace or a comma too many'],
])('%s is refused: it %s', (template, mistake) => {
  expect(parseRule(template)).toEqual({ mistake: expect.stringContaining(mistake) })
})
