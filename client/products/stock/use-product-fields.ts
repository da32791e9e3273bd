/** The form of a product's further fields. A field that another client changed meanwhile is not written over unseen. */
import { valibotResolver } from '@hookform/resolvers/valibot'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import * as v from 'valibot'
import { problemOf } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { showProduct } from '#client/products/rows/visible-rows.ts'
import { announce } from '#client/ui/announce.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { client } from '#client/ui/trpc.ts'

const NAMES = ['ads_item_id', 'gtin', 'low_stock_at'] as const
export type FieldName = (typeof NAMES)[number]
type Texts = Record<FieldName, string>

/** The server checks what a GTIN is, and whether another product has it. */
const Fields = v.object({
  ads_item_id: v.pipe(v.string(), v.trim(), v.maxLength(200, 'At most 200 characters.')),
  gtin: v.pipe(v.string(), v.trim()),
  low_stock_at: v.pipe(
    v.string(),
    v.trim(),
    v.regex(/^\d{0,10}$/, 'Type a whole number, or nothing for the threshold of all products.'),
  ),
})

const TAKEN_BY: Readonly<Record<string, FieldName>> = {
  ADS_ITEM_ID_TAKEN: 'ads_item_id',
  GTIN_TAKEN: 'gtin',
}

export function useProductFields(product: Product, onChanged: (product: Product) => void) {
  /** What was shown when the form was filled. */
  const [seen, setSeen] = useState(product)
  const form = useForm<Texts>({ resolver: valibotResolver(Fields), defaultValues: textsOf(product) })
  const taken = (now: Product) => {
    setSeen(now)
    showProduct(now)
    onChanged(now)
  }
  const fail = (error: unknown) => {
    const problem = problemOf(error)
    const { what, detail, requestId } = describeError(error)
    const pointers = (problem?.errors ?? []).map(
      ({ pointer, detail: wrong }) => [pointer.slice(1), wrong] as const,
    )
    const ofFields = [...pointers, [TAKEN_BY[problem?.code ?? ''], what] as const].flatMap(
      ([name, wrong]) => {
        const field = NAMES.find((each) => each === name)
        return field ? [[field, wrong] as const] : []
      },
    )
    for (const [field, wrong] of ofFields)
      form.setError(field, { message: `${wrong}.` }, { shouldFocus: true })
    if (ofFields.length > 0) return
    const request = requestId === undefined ? '' : ` Request ${requestId}`
    form.setError('root', { message: `${what}: ${detail} Nothing was saved.${request}` })
  }
  const save = async (texts: Texts, from: Product): Promise<void> => {
    const before = textsOf(from)
    const mine = NAMES.filter((name) => texts[name] !== before[name])
    if (mine.length === 0) return announce('There is nothing to save.')
    try {
      const now = await client.products.update.mutate({
        id: from.id,
        version: from.version,
        ...toFields(texts, mine),
      })
      taken(now)
      form.reset(textsOf(now))
      announce('Saved.')
    } catch (error) {
      const problem = problemOf(error)
      if (problem?.code !== 'VERSION_MISMATCH') return fail(error)
      const current = problem['current'] as Product
      const theirs = NAMES.filter((name) => textsOf(current)[name] !== before[name])
      taken(current)
      const both = theirs.filter((name) => mine.includes(name))
      for (const name of both)
        form.setError(name, {
          message: `Is ${textsOf(current)[name] || 'empty'} since a moment ago. Saving again replaces it.`,
        })
      for (const name of theirs) if (!mine.includes(name)) form.setValue(name, textsOf(current)[name])
      if (both.length === 0) await save({ ...texts, ...pick(textsOf(current), theirs) }, current)
    }
  }
  return { ...form, submit: form.handleSubmit((texts) => save(texts, seen)) }
}

function textsOf({ ads_item_id, gtin, low_stock_at }: Product): Texts {
  return {
    ads_item_id: ads_item_id ?? '',
    gtin: gtin ?? '',
    low_stock_at: low_stock_at === null ? '' : `${low_stock_at}`,
  }
}

function pick(texts: Texts, names: readonly FieldName[]): Partial<Texts> {
  return Object.fromEntries(names.map((name) => [name, texts[name]]))
}

/** Nothing written means none. */
function toFields(texts: Texts, names: readonly FieldName[]) {
  const has = (name: FieldName) => names.includes(name)
  return {
    ...(has('ads_item_id') && { ads_item_id: texts.ads_item_id || null }),
    ...(has('gtin') && { gtin: texts.gtin || null }),
    ...(has('low_stock_at') && {
      low_stock_at: texts.low_stock_at === '' ? null : Number(texts.low_stock_at),
    }),
  }
}
