/** A product's money: integer minor units inside, decimal strings outside, floats nowhere. */

/** An ISO 4217 currency and its number of decimals (JPY 0, USD 2, KWD 3). */
export interface Currency {
  code: string
  decimals: number
}

const MAX_MAJOR = 9_999_999_999n

export function currencyOf(code: string): Currency | undefined {
  if (!Intl.supportedValuesOf('currency').includes(code)) return undefined
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code,
  }).resolvedOptions()
  return { code, decimals: maximumFractionDigits ?? 2 }
}

/**
 * `"21.30"`, `21.3` or `21.3000` → 2130. At most the currency's decimals, but for zeros, from 0 to 9999999999.99 (as
 * many nines as the currency has decimals, two at most). Every accepted amount is below 2^53 minor units.
 */
export function toMinorUnits(
  price: string | number,
  { code, decimals }: Currency,
): { minor: number } | { mistake: string } {
  const match = /^(\d{1,32})(?:\.(\d{1,32}))?$/.exec(String(price))
  if (!match) return { mistake: 'must be a decimal number such as 21.30, without sign, spaces or exponent' }
  const [, whole = '', given = ''] = match
  const fraction = given.slice(0, decimals) + given.slice(decimals).replace(/0+$/, '')
  if (fraction.length > decimals)
    return { mistake: `${code} has ${decimals} decimals, not ${fraction.length}` }
  const minor = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (minor > maxMinorUnits(decimals))
    return { mistake: `must be at most ${formatPrice(Number(maxMinorUnits(decimals)), { decimals })}` }
  return { minor: Number(minor) }
}

/** What `toMinorUnits` accepts, as JSON Schema. */
export function priceSchema({ decimals }: Currency) {
  const digits = decimals === 0 ? '0{1,32}' : `\\d{1,${decimals}}0{0,${32 - decimals}}`
  const maximum = Number(formatPrice(Number(maxMinorUnits(decimals)), { decimals }))
  return {
    anyOf: [
      {
        type: 'string',
        pattern: `^0{0,22}(?!9{10}\\.99\\d*[1-9])\\d{1,10}(?:\\.${digits})?$`,
        examples: ['21.30'],
      },
      { type: 'number', minimum: 0, maximum, multipleOf: 10 ** -decimals },
    ],
  } as const
}

function maxMinorUnits(decimals: number): bigint {
  const nines = decimals >= 2 ? 99n * 10n ** BigInt(decimals - 2) : 10n ** BigInt(decimals) - 1n
  return MAX_MAJOR * 10n ** BigInt(decimals) + nines
}

/** 2130 → `"21.30"`, with exactly the currency's decimals. */
export function formatPrice(minor: number, { decimals }: Pick<Currency, 'decimals'>): string {
  if (decimals === 0) return String(minor)
  const digits = String(minor).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
