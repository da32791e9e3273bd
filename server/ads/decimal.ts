/**
 * Exact sums of decimals. Conversions are fractions, and a year of them added as floats drifts; a sum in the
 * index must equal what any reader of the CSV gets. Kept as integers scaled by 10^18, which holds every digit
 * that a double of this size can carry.
 */
const SCALE = 18
const UNIT = 10n ** BigInt(SCALE)
const TWELVE_DIGITS = 10n ** 12n
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/** @returns undefined when the text is no decimal number */
export function parseDecimal(text: string): bigint | undefined {
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', exponent] = match
  const plain = exponent === undefined && fraction.length <= SCALE
  const scaled = plain
    ? BigInt(whole + fraction.padEnd(SCALE, '0'))
    : shifted(BigInt(whole + fraction), SCALE + Number(exponent ?? 0) - fraction.length)
  return sign === '-' ? -scaled : scaled
}

function shifted(digits: bigint, places: number): bigint {
  return places >= 0 ? digits * 10n ** BigInt(places) : roundedDivision(digits, 10n ** BigInt(-places))
}

/** The shortest plain notation: `12.5`, never `1e-7`. */
export function formatDecimal(scaled: bigint): string {
  const magnitude = scaled < 0n ? -scaled : scaled
  const fraction = (magnitude % UNIT).toString().padStart(SCALE, '0').replace(/0+$/, '')
  const text = fraction === '' ? `${magnitude / UNIT}` : `${magnitude / UNIT}.${fraction}`
  return scaled < 0n ? `-${text}` : text
}

/** For answers in JSON: rounded to six decimals, so that a sum reads 0.3 and not 0.30000000000000004. */
export function toNumber(scaled: bigint): number {
  return Number(roundedDivision(scaled, TWELVE_DIGITS)) / 1e6
}

function roundedDivision(value: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return (value < 0n ? value - half : value + half) / divisor
}
