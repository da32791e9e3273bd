/** Numbers, money and dates in the reader's own locale. Amounts come as decimal text and never become floats. */

/** Undefined is the browser's own. */
type Locale = string | undefined

const MICROS_DIGITS = 6
const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>()

/** Making a formatter is a thousand times dearer than using one. */
function keep<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  const found = kept.get(key) as T | undefined
  if (found) return found
  const made = make()
  kept.set(key, made)
  return made
}

/** @param amount a decimal string, such as `21.30`; all its decimals are shown */
export function money(amount: string, currency: string, locale?: Locale): string {
  const digits = decimalsOf(amount)
  const format = keep(`money ${locale} ${currency} ${digits}`, () =>
    currency === ''
      ? new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
      : new Intl.NumberFormat(locale, {
          style: 'currency',
          currency,
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }),
  )
  return format.format(amount as Intl.StringNumericLiteral)
}

/** Millionths of the currency's unit, as digits: rounded to what the currency shows. */
export function microsAsMoney(micros: string, currency: string, locale?: Locale): string {
  const format = keep(`micros ${locale} ${currency}`, () =>
    currency === ''
      ? new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      : new Intl.NumberFormat(locale, { style: 'currency', currency }),
  )
  return format.format(microsAsDecimal(micros) as Intl.StringNumericLiteral)
}

export function microsAsDecimal(micros: string): string {
  const negative = micros.startsWith('-')
  const digits = (negative ? micros.slice(1) : micros).padStart(MICROS_DIGITS + 1, '0')
  return `${negative ? '-' : ''}${digits.slice(0, -MICROS_DIGITS)}.${digits.slice(-MICROS_DIGITS)}`
}

export function count(value: number, locale?: Locale): string {
  return keep(`count ${locale}`, () => new Intl.NumberFormat(locale)).format(value)
}

/** With its sign, plus too: `+5`, `-3`. */
export function signed(value: number, locale?: Locale): string {
  return keep(`signed ${locale}`, () => new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' })).format(
    value,
  )
}

/** Conversions are fractional: one may be shared among several ads. */
export function fraction(value: number, locale?: Locale): string {
  return keep(
    `fraction ${locale}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  ).format(value)
}

/** A share from 0 to 1, as “61.2%”. */
export function percent(share: number, locale?: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(share)
}

/** @param instant RFC 3339 */
export function moment(instant: string, locale?: Locale): string {
  return keep(
    `moment ${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
  ).format(new Date(instant))
}

export function timeOfDay(epochMs: number, locale?: Locale): string {
  return keep(`time ${locale}`, () => new Intl.DateTimeFormat(locale, { timeStyle: 'short' })).format(epochMs)
}

/** A calendar date belongs to no time zone: it is formatted in the one it is parsed in. */
const CALENDAR = { timeZone: 'UTC' } as const

/** @param date `YYYY-MM-DD` */
export function longDate(date: string, locale?: Locale): string {
  return keep(
    `long ${locale}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        ...CALENDAR,
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
      }),
  ).format(new Date(date))
}

export function mediumDate(date: string, locale?: Locale): string {
  return keep(
    `medium ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...CALENDAR, dateStyle: 'medium' }),
  ).format(new Date(date))
}

export function monthName(date: string, locale?: Locale): string {
  return keep(
    `month ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...CALENDAR, month: 'short' }),
  ).format(new Date(date))
}

export function yearName(date: string, locale?: Locale): string {
  return keep(
    `year ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...CALENDAR, year: 'numeric' }),
  ).format(new Date(date))
}

/** @param weekday 0 is Monday */
export function weekdayName(weekday: number, locale?: Locale): string {
  const aMonday = Date.UTC(2024, 0, 1)
  return keep(
    `weekday ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...CALENDAR, weekday: 'short' }),
  ).format(aMonday + weekday * 86_400_000)
}

/** “40 s”, “3 min”, “2 h 5 min” */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 90) return `${count(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${count(minutes)} min`
  return `${count(Math.floor(minutes / 60))} h ${count(minutes % 60)} min`
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

/** “1.5 GB”, in steps of a thousand. */
export function bytes(value: number, locale?: Locale): string {
  const step = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3))
  const unit = BYTE_UNITS[step] ?? 'byte'
  return keep(
    `bytes ${locale} ${unit}`,
    () => new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: step > 1 ? 1 : 0 }),
  ).format(value / 1000 ** step)
}

/** How many of something, in words: `1 day`, `2,048 days`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function decimalsOf(amount: string): number {
  const point = amount.indexOf('.')
  return point === -1 ? 0 : amount.length - point - 1
}
