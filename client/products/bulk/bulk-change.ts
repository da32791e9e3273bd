/** One change for many products → a step for each. Money stays decimal text. */
import { decimalsOf } from '#client/ui/format.ts'
import { withDecimals } from '#client/ui/read-number.ts'
import type { BatchStep } from '#client/products/change-products.ts'
import type { Field, Product } from '#client/products/columns.ts'
import type { Reason } from '#client/products/stock/reasons.ts'

export const KINDS = ['price-set', 'price-raise', 'price-lower', 'stock-set', 'stock-add'] as const
export type Kind = (typeof KINDS)[number]

export interface BulkChange {
  kind: Kind
  /** Decimal text; of `stock-add` also with a minus. */
  value: string
  /** For `stock-add`. */
  reason: Reason
}

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  'price-set': 'Set the price to',
  'price-raise': 'Raise the price by %',
  'price-lower': 'Lower the price by %',
  'stock-set': 'Set the stock to',
  'stock-add': 'Add to the stock',
}

export function fieldOf(kind: Kind): Field {
  return kind.startsWith('price') ? 'price' : 'stock_level'
}

/** What is wrong with the value; undefined when nothing is. */
export function mistakeIn(
  { kind, value }: Pick<BulkChange, 'kind' | 'value'>,
  first: Product | undefined,
): string | undefined {
  const isWhole = /^\d{1,10}$/.test(value)
  if (kind === 'stock-add') {
    return /^[+-]?\d{1,10}$/.test(value) && Number(value) !== 0
      ? undefined
      : 'Type a whole number, such as 5 or -3.'
  }
  if (kind === 'stock-set') return isWhole ? undefined : 'Type a whole number, 0 or more.'
  if (!/^\d{1,10}(\.\d+)?$/.test(value)) return 'Type a number, 0 or more.'
  if (kind === 'price-lower') return Number(value) <= 100 ? undefined : 'At most 100 %.'
  const decimals = decimalsOf(first?.price ?? '0.00')
  if (kind === 'price-set' && withDecimals(value, decimals) === undefined)
    return `At most ${decimals} decimals.`
  return undefined
}

/** Deltas need no version: they add to whatever there is. */
export function stepsFor({ kind, value, reason }: BulkChange, products: readonly Product[]): BatchStep[] {
  return products.map(({ id, version, price }) => {
    switch (kind) {
      case 'price-set':
        return { id, version, price: value }
      case 'price-raise':
        return { id, version, price: changedBy(price, value, 1n) }
      case 'price-lower':
        return { id, version, price: changedBy(price, value, -1n) }
      case 'stock-set':
        return { id, version, stock_level: Number(value) }
      default:
        return { id, delta: Number(value), reason }
    }
  })
}

/** Half of the smallest coin is rounded up. */
function changedBy(price: string, percent: string, sign: 1n | -1n): string {
  const decimals = decimalsOf(price)
  const minor = BigInt(price.replace('.', ''))
  const hundred = 100n * 10n ** BigInt(decimalsOf(percent))
  const scaled = minor * (hundred + sign * BigInt(percent.replace('.', '')))
  const rounded = String((2n * scaled + hundred) / (2n * hundred)).padStart(decimals + 1, '0')
  return decimals === 0 ? rounded : `${rounded.slice(0, -decimals)}.${rounded.slice(-decimals)}`
}
