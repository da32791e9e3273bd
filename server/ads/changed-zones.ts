/** Accounts whose time zone is another one now, and their dates that were fetched before: those were cut elsewhere. */
import type { IndexLine } from './store/index-file.ts'
import type { AccountsById } from './store/stored-accounts.ts'

export interface ChangedZone {
  customerId: string
  was: string
  is: string
  /** From the first date to the last. */
  from: string
  to: string
  dates: number
}

/** None of an account all of whose dates were fetched again. */
export function changedZones(accounts: AccountsById, lines: Iterable<IndexLine>): ChangedZone[] {
  const moved = Object.entries(accounts).filter(([, { zoneBefore }]) => zoneBefore !== undefined)
  if (moved.length === 0) return []
  const stored = [...lines]
  return moved.flatMap(([customerId, { zoneBefore, timeZone: is }]) => {
    const { timeZone: was = '', until = '' } = zoneBefore ?? {}
    const old = stored.filter((line) => line.customerId === customerId && line.fetchedAt < until)
    const dates = [...new Set(old.map(({ date }) => date))].toSorted()
    const [from, to] = [dates[0], dates.at(-1)]
    return from === undefined || to === undefined
      ? []
      : { customerId, was, is, from, to, dates: dates.length }
  })
}

/** In plain words, with what to do. @param command makes of arguments what is to be typed */
export function describeChangedZone(
  { customerId, was, is, from, to, dates }: ChangedZone,
  command: (args: string) => string,
): string {
  const refetch = command(`fetch --refresh --start ${from} --end ${to} --customer ${customerId}`)
  return `Account ${customerId} is in the time zone ${is} now, and ${dates} of its dates were fetched when it was in ${was}: its days began at other times. Fetch them again: ${refetch}`
}
