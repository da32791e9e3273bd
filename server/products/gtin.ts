/** Global Trade Item Numbers, as barcodes have them: GS1 General Specifications, sections 1.4 and 7.9. */
const LENGTHS = [8, 12, 13, 14]
const LONGEST = 14

/**
 * @returns the number in the shortest form that holds it, so that a scanner's 13 digits and a file's 12 are the same;
 *   undefined when it is none, or its check digit is wrong
 */
export function toGtin(text: string): string | undefined {
  const digits = text.replaceAll(/[\s-]/g, '')
  if (!/^\d+$/.test(digits) || !LENGTHS.includes(digits.length)) return undefined
  const whole = digits.padStart(LONGEST, '0')
  const sum = Array.from(whole, Number).reduce(
    (total, digit, place) => total + digit * (place % 2 ? 1 : 3),
    0,
  )
  if (sum === 0 || sum % 10 !== 0) return undefined
  const significant = whole.replace(/^0+/, '').length
  return whole.slice(-(LENGTHS.find((length) => length >= significant) ?? LONGEST))
}
