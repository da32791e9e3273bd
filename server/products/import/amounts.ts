/** Amounts as people and spreadsheets write them → plain decimals. What can be read in two ways is never guessed. */
import type { Currency } from '#server/products/product.ts'

export type DecimalSign = 'point' | 'comma'

const SIGNS = { point: '.', comma: ',' } as const

export type Amount = { amount: string } | { mistake: string }

/** `1.234,50 €` → `1234.50`. @param decimal how the file writes amounts, where that is known */
export function readPrice(cell: string, { currency, decimal }: PriceOptions): Amount {
  const bare = withoutCurrency(cell, currency)
  if (bare === undefined) return { mistake: `must be an amount in ${currency.code}, such as 21.30` }
  return readAmount(bare, { decimal, expected: 'a decimal number such as 21.30', accepts: () => true })
}

export interface PriceOptions {
  currency: Currency
  decimal: DecimalSign | undefined
}

/** `1.200` and `4,0` → whole numbers. A minus is a delta's. */
export function readWhole(cell: string, decimal: DecimalSign | undefined): Amount {
  const [, minus = '', rest = ''] = /^([+-]?)(.*)$/s.exec(cell.trimStart()) ?? []
  const found = readAmount(rest, { decimal, expected: 'a whole number such as 12', accepts: isWhole })
  return 'mistake' in found ? found : { amount: minus.replace('+', '') + found.amount.replace(/\..*$/, '') }
}

function isWhole(amount: string): boolean {
  return /^\d+(?:\.0*)?$/.test(amount)
}

interface ReadOptions {
  decimal: DecimalSign | undefined
  expected: string
  /** Narrows the readings to those that can be meant. */
  accepts: (amount: string) => boolean
}

function readAmount(cell: string, { decimal, expected, accepts }: ReadOptions): Amount {
  const text = cell.trim()
  const signs = decimal === undefined ? (['point', 'comma'] as const) : [decimal]
  const readings = [...new Set(signs.flatMap((sign) => readingOf(text, sign) ?? []))].filter(accepts)
  const [first, second] = readings
  if (first === undefined) return { mistake: `must be ${expected}` }
  if (second === undefined || isPlain(text)) return { amount: first }
  return {
    mistake: `"${text}" is ${first} or ${second}: say which letter stands before the decimals, point or comma`,
  }
}

/** As programs write it: the point is the decimals' and nothing groups the digits. */
function isPlain(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text)
}

/** Undefined when a number is not written like this with that sign before its decimals. */
function readingOf(text: string, sign: DecimalSign): string | undefined {
  const [, whole, fraction] = PATTERNS[sign].exec(text) ?? []
  if (whole === undefined) return undefined
  const digits = whole.replaceAll(/\D/g, '')
  return fraction ? `${digits}.${fraction}` : digits
}

const PATTERNS = { point: patternOf('.', ','), comma: patternOf(',', '.') } as const

function patternOf(point: string, group: string): RegExp {
  return new RegExp(
    String.raw`^(\d+|\d{1,3}(?:[\s'’\u00a0\u202f]\d{3})+|\d{1,3}(?:[${group}]\d{3})+)(?:[${point}](\d*))?$`,
    'u',
  )
}

/** Undefined when something stands there that is neither the catalogue's currency nor a number. */
function withoutCurrency(cell: string, { code }: Currency): string | undefined {
  let text = cell.trim()
  if (/^[\d.,]+$/.test(text)) return text
  const names = [code, ...signsOf(code)]
  for (const name of names) {
    if (text.toUpperCase().startsWith(name.toUpperCase())) text = text.slice(name.length).trim()
    else if (text.toUpperCase().endsWith(name.toUpperCase())) text = text.slice(0, -name.length).trim()
    else continue
    break
  }
  return /^[\d\s.,'’]+$/u.test(text) ? text : undefined
}

const LOCALES = ['en', 'de', 'fr', 'es']

const knownSigns = new Map<string, string[]>()

function signsOf(code: string): string[] {
  const known = knownSigns.get(code) ?? findSigns(code)
  knownSigns.set(code, known)
  return known
}

function findSigns(code: string): string[] {
  const signs = LOCALES.flatMap((locale) =>
    (['symbol', 'narrowSymbol'] as const).flatMap((currencyDisplay) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency: code, currencyDisplay })
        .formatToParts(1)
        .flatMap(({ type, value }) => (type === 'currency' ? value : [])),
    ),
  )
  return [...new Set(signs)].toSorted((a, b) => b.length - a.length)
}

/** How a column writes its amounts, by those of its cells that can be read in one way only; undefined without one. */
export function findDecimalSign(cells: readonly string[], currency: Currency): DecimalSign | undefined {
  for (const cell of cells) {
    const text = withoutCurrency(cell, currency)
    if (text === undefined) continue
    const readable = (Object.keys(SIGNS) as DecimalSign[]).filter(
      (sign) => readingOf(text, sign) !== undefined,
    )
    const [only] = readable
    if (readable.length === 1 && only && /[.,]/.test(text)) return only
  }
  return undefined
}
