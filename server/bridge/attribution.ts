/** Which part of a day's spend fell on a time without stock: by the share of the day, exact for whole days. */

/** Milliseconds since the epoch; the end is not part of it. */
export interface Interval {
  from: number
  until: number
}

export interface Shares {
  whole: number
  /** Without stock. */
  out: number
  /** Before anything is known of the stock. */
  unknown: number
}

/** @param outs by their beginning; they may overlap where the clock was set back */
export function sharesOf(day: Interval, knownFrom: number, outs: readonly Interval[]): Shares {
  const known = Math.max(day.from, Math.min(knownFrom, day.until))
  let told = known
  let out = 0
  for (const each of outs) {
    out += overlap({ from: told, until: day.until }, each)
    told = Math.max(told, Math.min(each.until, day.until))
  }
  return { whole: day.until - day.from, unknown: known - day.from, out }
}

export function overlap(a: Interval, b: Interval): number {
  return Math.max(0, Math.min(a.until, b.until) - Math.max(a.from, b.from))
}

export interface Parts {
  out: bigint
  unknown: bigint
  inStock: bigint
}

/** They add up to the amount: what rounding leaves belongs to the time in stock. */
export function split(amount: bigint, { whole, out, unknown }: Shares): Parts {
  const part = (share: number) => {
    if (share === 0) return 0n
    return share === whole ? amount : (amount * BigInt(share)) / BigInt(whole)
  }
  const parts = { out: part(out), unknown: part(unknown) }
  return { ...parts, inStock: amount - parts.out - parts.unknown }
}
