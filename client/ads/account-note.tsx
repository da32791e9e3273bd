import { plural } from '#client/ui/format.ts'
import type { Account } from './days.ts'

/** What is special about the chosen account, if anything is. */
export function AccountNote({ account }: { account: Account | undefined }) {
  if (!account) return null
  const { closed, zone_changed: moved, time_zone: zone, customer_id: id } = account
  if (closed === undefined && !moved) return null
  return (
    <div className="account-note" role="note">
      {closed !== undefined && (
        <p>
          <strong>This account is closed</strong>: {closed}. What was fetched stays; it is no longer asked.
        </p>
      )}
      {moved && (
        <p>
          <span className="warning">▲ The time zone of this account has changed</span> from{' '}
          {moved.time_zone_before} to {zone}. {plural(moved.dates, 'day')} fetched before began at another
          time. Fetch them again: pick them in the calendar, or run{' '}
          <code>
            ./scripts/adstock ads fetch --refresh --start {moved.from} --end {moved.to} --customer {id}
          </code>
        </p>
      )}
    </div>
  )
}
