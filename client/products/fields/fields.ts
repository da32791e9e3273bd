/** The fields of a product as texts: what they are called, what is checked at once, and what is sent of them. */
import * as v from 'valibot'
import { problemOf, type Inputs } from '#client/api.ts'
import { asTyped } from '#client/products/cell-value.ts'
import type { Product } from '#client/products/columns.ts'
import { describeError, problemWordsOf } from '#client/ui/describe-error.ts'
import { mannerOf, readDecimal } from '#client/ui/read-number.ts'

const manner = mannerOf()

export const NAMES = ['name', 'sku', 'price', 'ads_item_id', 'gtin', 'low_stock_at'] as const
export type FieldName = (typeof NAMES)[number]
export type Texts = Record<FieldName, string>

export const LABELS: Readonly<Record<FieldName | 'stock_level', { label: string; placeholder: string }>> = {
  name: { label: 'Name', placeholder: '' },
  sku: { label: 'SKU', placeholder: 'none' },
  price: { label: 'Price', placeholder: '0' },
  stock_level: { label: 'In stock', placeholder: '0' },
  ads_item_id: { label: 'Item id in the ads', placeholder: 'the SKU' },
  gtin: { label: 'GTIN (barcode)', placeholder: 'none' },
  low_stock_at: { label: 'Stock is low from', placeholder: 'as for all products' },
}

const wholeOrNothing = (otherwise: string) =>
  v.pipe(v.string(), v.trim(), v.regex(/^\d{0,10}$/, `Type a whole number, or nothing for ${otherwise}.`))

/** The server checks what a GTIN is, how many decimals a price has, and whether another product has the key. */
export const Fields = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, 'A product needs a name.')),
  sku: v.pipe(v.string(), v.trim()),
  price: v.pipe(
    v.string(),
    v.check((typed) => readDecimal(typed, manner) !== undefined, 'Type a number, 0 or more.'),
  ),
  ads_item_id: v.pipe(v.string(), v.trim()),
  gtin: v.pipe(v.string(), v.trim()),
  low_stock_at: wholeOrNothing('the threshold of all products'),
})

export const NewFields = v.object({ ...Fields.entries, stock_level: wholeOrNothing('none') })

export function textsOf(product: Product): Texts {
  const { name, sku, price, ads_item_id, gtin, low_stock_at } = product
  return {
    name,
    sku: sku ?? '',
    price: asTyped(price, manner),
    ads_item_id: ads_item_id ?? '',
    gtin: gtin ?? '',
    low_stock_at: low_stock_at === null ? '' : `${low_stock_at}`,
  }
}

/** Nothing written means none. */
export function toFields(texts: Texts): Omit<Required<Inputs['products']['create']>, 'stock_level'> {
  return {
    name: texts.name,
    sku: texts.sku || null,
    price: readDecimal(texts.price, manner) ?? texts.price,
    ads_item_id: texts.ads_item_id || null,
    gtin: texts.gtin || null,
    low_stock_at: texts.low_stock_at === '' ? null : Number(texts.low_stock_at),
  }
}

const TAKEN: Readonly<Record<string, FieldName>> = {
  SKU_TAKEN: 'sku',
  ADS_ITEM_ID_TAKEN: 'ads_item_id',
  GTIN_TAKEN: 'gtin',
}

type Mistake = readonly [name: FieldName | 'stock_level' | 'root', words: string]

/** What the server refused, at the fields it is about; else of the form as a whole. */
export function mistakesIn(error: unknown): readonly Mistake[] {
  const problem = problemOf(error)
  const { what, detail, requestId } = describeError(error)
  const told = [
    ...(problem?.errors ?? []).map((each) => [each.pointer.slice(1), each.detail] as const),
    [TAKEN[problem?.code ?? ''], what] as const,
  ]
  const ofFields = told.flatMap(([name, words]): Mistake[] =>
    name !== undefined && name in LABELS ? [[name as keyof typeof LABELS, `${words}.`]] : [],
  )
  const request = requestId === undefined ? '' : ` Request ${requestId}`
  const effect = problemWordsOf(error)
    ? 'Nothing was saved.'
    : 'Whether it was saved is not known. Sent again as it stands, it is saved once.'
  return ofFields.length > 0 ? ofFields : [['root', `${what}: ${detail} ${effect}${request}`]]
}
