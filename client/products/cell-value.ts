/** What may be typed into a cell, and what it means. */
import { decimalsOf } from '#client/ui/format.ts'
import { readDecimal, withDecimals, type NumberManner } from '#client/ui/read-number.ts'
import type { Field, Product } from './columns.ts'

const MAX_STOCK = 1_000_000_000

export type Typed = { value: string | number } | { mistake: string }

export function readCell(typed: string, of: { product: Product; field: Field; manner: NumberManner }): Typed {
  const decimal = readDecimal(typed, of.manner)
  if (decimal === undefined) return { mistake: 'Type a number, 0 or more.' }
  if (of.field === 'stock_level') {
    const whole = withDecimals(decimal, 0)
    if (whole === undefined) return { mistake: 'Stock is a whole number.' }
    return Number(whole) > MAX_STOCK
      ? { mistake: 'That is more than can be kept.' }
      : { value: Number(whole) }
  }
  const decimals = decimalsOf(of.product.price)
  const price = withDecimals(decimal, decimals)
  if (price === undefined) return { mistake: `At most ${decimals} decimals in ${of.product.currency}.` }
  return { value: price }
}

/** The value as one would type it. */
export function asTyped(value: string | number, { decimal, digits }: NumberManner): string {
  return String(value)
    .replace('.', decimal)
    .replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? digit)
}
