/** What a fetch would take, in words; before anything is fetched. */
import type { Outputs } from '#client/api.ts'
import { count, duration, plural } from '#client/ui/format.ts'

export type Forecast = Outputs['ads']['forecast']

/** “730 requests, about 438,000 units of quota, about 12 min at the pace of the last fetch” */
export function costInWords({ requests, units, eta_ms: etaMs }: Forecast): string {
  const parts = [
    plural(requests, 'request'),
    `about ${count(units)} units of quota`,
    etaMs === undefined ? undefined : `about ${duration(etaMs)} at the pace of the last fetch`,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

/** Only where some kind of access allows less in a day than that. */
export function limitsInWords({ access, requests_last_24_h: recent }: Forecast): string | undefined {
  const narrow = access.filter(({ fits }) => !fits)
  if (narrow.length === 0) return undefined
  const each = narrow.map(
    ({ level, requests_per_day: perDay, days }) =>
      `${level[0]?.toUpperCase()}${level.slice(1)} access (${count(perDay ?? 0)} requests a day): ${plural(days, 'day')}`,
  )
  const already = recent > 0 ? `, with ${plural(recent, 'request')} of the last 24 hours` : ''
  return `More than one day allows${already}. ${each.join('; ')}. What one day leaves, the next one goes on with.`
}
