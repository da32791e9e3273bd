import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { count, microsAsMoney, moment, plural } from '#client/ui/format.ts'
import { ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { asWords, figureOf } from './days.ts'
import type { Choice } from './use-ads.ts'

type Restatement = Outputs['ads']['restatements']['items'][number]
type Counted = Restatement['before']

interface RestatementsProps {
  choice: Choice
  date: string
}

/** What Google changed of a day after it had been fetched: what it was, and what it became. */
export function Restatements({ choice, date }: RestatementsProps) {
  const { report, customerId: customer_id } = choice
  const found = useQuery(trpc.ads.restatements.queryOptions({ from: date, to: date, report, customer_id }))
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />
  const { items = [], currency = '' } = found.data ?? {}
  if (items.length === 0)
    return (
      <p className="quiet-text restatements">
        {found.data ? 'Google has not changed these figures since they were first fetched.' : 'Loading…'}
      </p>
    )
  return (
    <section className="restatements">
      <h3>Restated {items.length === 1 ? 'once' : plural(items.length, 'time')}</h3>
      <p className="quiet-text">
        Google counts conversions and invalid clicks late, and corrects the day they belong to.
      </p>
      {items.map((item) => (
        <RestatementTable key={item.restated_at} item={item} currency={currency} />
      ))}
    </section>
  )
}

function RestatementTable({ item, currency }: { item: Restatement; currency: string }) {
  const { before, after, restated_at: at, fetched_at_before: atBefore } = item
  const changes = fieldsOf(after).filter(({ field }) => figureOf(before, field) !== figureOf(after, field))
  return (
    <table className="plain-table">
      <caption>Seen {moment(at)}</caption>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Fetched {moment(atBefore)}</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ name, read }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{read(before, currency)}</td>
            <td>
              <strong>{read(after, currency)}</strong>
            </td>
          </tr>
        ))}
        {changes.length === 0 && (
          <tr>
            <td colSpan={3}>Other rows, but the same sums.</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

/** As exact as they are kept: a change may be small. */
const exactly = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 6 })

interface Reading {
  name: string
  read: (of: Counted, currency: string) => string
}

const READINGS: Readonly<Record<keyof Counted, Reading>> = {
  rows: { name: 'Rows', read: ({ rows }) => count(rows) },
  impressions: { name: 'Impressions', read: ({ impressions }) => count(impressions) },
  clicks: { name: 'Clicks', read: ({ clicks }) => count(clicks) },
  cost_micros: { name: 'Cost', read: (of, currency) => microsAsMoney(of.cost_micros, currency) },
  conversions: { name: 'Conversions', read: (of) => exactly.format(of.conversions) },
  conversions_value: { name: 'Conversion value', read: (of) => exactly.format(of.conversions_value) },
}

/** What a report of the shop's own has comes last, by its name. */
function fieldsOf(counted: Counted): (Reading & { field: string })[] {
  const known = new Map<string, Reading>(Object.entries(READINGS))
  return [...new Set([...known.keys(), ...Object.keys(counted)])].map((field) => {
    const read = (of: Counted) => exactly.format(Number(figureOf(of, field) ?? 0))
    return { field, ...(known.get(field) ?? { name: asWords(field), read }) }
  })
}
