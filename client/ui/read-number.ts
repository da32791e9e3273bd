/** What a person typed as a number, in the locale's manner or plainly → decimal text, or undefined. */

export interface NumberManner {
  group: string
  decimal: string
  /** From nought to nine. */
  digits: readonly string[]
}

export function mannerOf(locale?: string): NumberManner {
  const parts = new Intl.NumberFormat(locale, { useGrouping: true }).formatToParts(1_234_567.8)
  const part = (type: string) => parts.find((each) => each.type === type)?.value
  const digits = new Intl.NumberFormat(locale, { useGrouping: false }).format(9_876_543_210)
  return {
    group: part('group') ?? ',',
    decimal: part('decimal') ?? '.',
    digits: Array.from(digits).toReversed(),
  }
}

/** The locale's own digits, its signs of plus and minus, and its decimal mark, as `0`–`9`, `+`, `-` and `.` or `,`. */
export function plainDigits(typed: string, { digits, decimal }: NumberManner): string {
  const plain = Array.from(typed, (each) => {
    const digit = digits.indexOf(each)
    return digit === -1 ? each : String(digit)
  }).join('')
  const marked = /[.,]/.test(decimal) ? plain : plain.replaceAll(decimal, '.')
  // Some locales set their numbers off from the direction of the text with marks that one does not see.
  return marked
    .replaceAll(/[\u200e\u200f\u061c]/g, '')
    .replaceAll('\u2212', '-')
    .trim()
}

/**
 * `1,234.50` and `1234.5`, in German `1.234,50`. A separator is taken for grouping only where it groups by three;
 * so `21.30` stays twenty-one thirty in every locale, instead of becoming two thousand.
 */
export function readDecimal(typed: string, manner: NumberManner): string | undefined {
  const text = plainDigits(typed, manner).replaceAll(/[\s\u00a0\u202f\u066c’']/g, '')
  const plain = grouped(text, manner) ? text.replaceAll(manner.group, '') : text
  const parts = plain.split(/[.,]/)
  if (parts.length > 2 || !parts.every((part) => /^\d*$/.test(part))) return undefined
  const [whole = '', decimals = ''] = parts
  if (whole === '' && decimals === '') return undefined
  const units = whole.replace(/^0+(?=\d)/, '') || '0'
  return decimals === '' ? units : `${units}.${decimals}`
}

function grouped(text: string, { group, decimal }: NumberManner): boolean {
  const [whole = '', ...rest] = text.split(decimal)
  const groups = whole.split(group)
  return (
    rest.length <= 1 &&
    groups.length > 1 &&
    /^\d{1,3}$/.test(groups[0] ?? '') &&
    groups.slice(1).every((each) => /^\d{3}$/.test(each))
  )
}

/** Brings decimal text to exactly so many decimals; undefined when it has more than that. */
export function withDecimals(amount: string, decimals: number): string | undefined {
  const [whole = '0', given = ''] = amount.split('.')
  if (/[^0]/.test(given.slice(decimals))) return undefined
  const kept = given.slice(0, decimals).padEnd(decimals, '0')
  return kept === '' ? whole : `${whole}.${kept}`
}
