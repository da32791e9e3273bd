/** What is being done about a product without stock: told, and set by a form. */
import { useId, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemOf, type Outputs } from '#client/api.ts'
import { mayUse, useSession } from '#client/sign-in/session.ts'
import { announce } from '#client/ui/announce.tsx'
import { moment, plural } from '#client/ui/format.ts'
import { client } from '#client/ui/trpc.ts'
import { Mistake } from '#client/ui/mistake.tsx'

type Item = Outputs['ads']['outOfStockSpend']['items'][number]
export type Status = Item['status']
/** Of any list. */
export type StatusFields = Pick<Item, 'status' | 'status_by' | 'status_at' | 'status_until'>

const LABELS: Readonly<Record<Status, string>> = {
  new: 'New',
  acknowledged: 'Acknowledged',
  handled: 'Handled',
}

const DAY_MS = 86_400_000
/** 0: until the next stock-out. */
const ACKNOWLEDGED_DAYS = [0, 1, 7, 30]

export const STATUS_CHOICES = [
  { value: 'all', label: 'All' },
  ...Object.entries(LABELS).map(([value, label]) => ({ value, label })),
] as const

/** Nothing where it was never set. */
export function StatusWords({ of }: { of: StatusFields }) {
  const { status, status_by: by, status_at: at, status_until: until } = of
  if (by === null || at === null) return null
  return (
    <p>
      {LABELS[status]}
      {until !== null && ` until ${moment(until)}`}
      <span className="quiet-text">
        {' '}
        by {by}, {moment(at)}
      </span>
    </p>
  )
}

export function StatusTag({ status }: { status: Status }) {
  return <span className={`tag ${status}`}>{LABELS[status]}</span>
}

interface StatusFormProps {
  product: { id: number; name: string }
  /** The stock-out that is looked at; null while it is in stock. */
  outSince: string | null
  current: StatusFields
}

export function StatusForm({ product, outSince, current }: StatusFormProps) {
  const [status, setStatus] = useState<Status>(current.status)
  const [days, setDays] = useState(0)
  const mistakeId = useId()
  const session = useSession()
  const setting = useSetting(product, outSince)
  if (!mayUse(session, 'products:write')) return null
  return (
    <form
      className="status-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!setting.isPending) setting.mutate({ status, days: status === 'acknowledged' ? days : 0 })
      }}
    >
      <label>
        Status
        <select
          className="field"
          value={status}
          aria-describedby={mistakeId}
          onChange={(event) => {
            setStatus(event.currentTarget.value as Status)
            setting.reset()
          }}
        >
          {Object.entries(LABELS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {status === 'acknowledged' && (
        <label>
          For
          <select
            className="field"
            value={days}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          >
            {ACKNOWLEDGED_DAYS.map((each) => (
              <option key={each} value={each}>
                {each === 0 ? 'until it runs out again' : plural(each, 'day')}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="submit" className="button" aria-disabled={setting.isPending}>
        Set status
      </button>
      <Mistake id={mistakeId} error={setting.error} />
    </form>
  )
}

function useSetting({ id, name }: StatusFormProps['product'], outSince: string | null) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ status, days }: { status: Status; days: number }) =>
      client.products.setStockOutStatus.mutate({
        id,
        status,
        ...(days > 0 && { until: inDays(days) }),
        out_since: outSince,
      }),
    async onSuccess(set) {
      announce(`${name} is ${LABELS[set.status].toLowerCase()} now.`)
      await queries.invalidateQueries()
    },
    onError: (error) =>
      problemOf(error)?.code === 'STOCK_OUT_CHANGED' ? queries.invalidateQueries() : undefined,
  })
}

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString()
}
