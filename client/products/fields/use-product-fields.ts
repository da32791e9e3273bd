/** The form of a product's fields. A field that another client changed meanwhile is not written over unseen. */
import { valibotResolver } from '@hookform/resolvers/valibot'
import { useEffect, useRef, type SyntheticEvent } from 'react'
import { useForm } from 'react-hook-form'
import { problemOf } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { showProduct } from '#client/products/rows/visible-rows.ts'
import { announce } from '#client/ui/announce.tsx'
import { client } from '#client/ui/trpc.ts'
import { Fields, mistakesIn, NAMES, textsOf, toFields, type FieldName, type Texts } from './fields.ts'

export function useProductFields(product: Product, onChanged: (product: Product) => void) {
  /** What was shown when the form was filled. */
  const seen = useRef(product)
  const form = useForm<Texts>({ resolver: valibotResolver(Fields), defaultValues: textsOf(product) })
  const { isDirty } = form.formState
  // Nothing is being typed: what other clients change is shown.
  const { reset } = form
  useEffect(() => {
    if (isDirty || product.version <= seen.current.version) return
    seen.current = product
    reset(textsOf(product))
  }, [product, isDirty, reset])
  const taken = (now: Product) => {
    seen.current = now
    showProduct(now)
    onChanged(now)
  }
  const save = async (texts: Texts, from: Product): Promise<void> => {
    const before = textsOf(from)
    const mine = NAMES.filter((name) => texts[name] !== before[name])
    if (mine.length === 0) return announce('There is nothing to save.')
    try {
      const change = pick(toFields(texts), mine)
      const now = await client.products.update.mutate({ id: from.id, version: from.version, ...change })
      taken(now)
      form.reset(textsOf(now))
      announce('Saved.')
    } catch (error) {
      const problem = problemOf(error)
      if (problem?.code !== 'VERSION_MISMATCH') {
        for (const [field, message] of mistakesIn(error))
          form.setError(field as FieldName | 'root', { message }, { shouldFocus: true })
        return
      }
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
  const submit = async (event: SyntheticEvent) =>
    await form.handleSubmit(async (texts) => await save(texts, seen.current))(event)
  return { ...form, submit }
}

function pick<T extends Record<FieldName, unknown>>(fields: T, names: readonly FieldName[]): Partial<T> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Partial<T>
}
