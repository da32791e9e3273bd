/** A cell and its value in words. */
import { count, money } from '#client/ui/format.ts'
import { FIELD_NAMES, type Field, type Product } from './columns.ts'
import type { Edit } from './edits.ts'

const MAX_NAME = 60

export function nameOf({ product, field }: Pick<Edit, 'product' | 'field'>): string {
  return `The ${FIELD_NAMES[field]} of “${shortName(product)}”`
}

export function shortName({ name }: Product): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
}

export function shown(product: Product, field: Field): string {
  return valueShown(product[field], { product, field })
}

export function valueShown(value: string | number, of: Pick<Edit, 'product' | 'field'>): string {
  return of.field === 'price' ? money(String(value), of.product.currency) : count(Number(value))
}
