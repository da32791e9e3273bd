/** A new endpoint: where to, which events, in which form; its secret is shown once. */
import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Inputs } from '#client/api.ts'
import { announce } from '#client/ui/announce.tsx'
import { Choices } from '#client/ui/choices.tsx'
import { client, trpc } from '#client/ui/trpc.ts'
import { Mistake } from '#client/ui/mistake.tsx'
import { ShownOnce } from '#client/ui/shown-once.tsx'

type Wishes = Inputs['webhooks']['create']
type EventType = Wishes['events'][number]
type Format = NonNullable<Wishes['format']>

/** What each event tells; a type that is missing here does not compile. */
const EVENTS: Readonly<Record<EventType, string>> = {
  'product.out_of_stock': 'the stock fell to 0',
  'product.low_stock': 'the stock fell to the threshold',
  'product.back_in_stock': 'the stock rose from 0',
  'product.changed': 'any change of a product',
  'ads.spend_on_out_of_stock': 'after a daily job: what was spent on products without stock',
  'ads.run_failed': 'a fetch failed',
  'ads.run_recovered': 'a fetch succeeded again',
}
const FORMATS: Readonly<Record<Format, string>> = { standard: 'Standard Webhooks', slack: 'Slack' }

export function NewWebhook() {
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<readonly EventType[]>(['product.out_of_stock'])
  const [format, setFormat] = useState<Format>('standard')
  const queries = useQueryClient()
  const making = useMutation({
    mutationFn: () => client.webhooks.create.mutate({ url: url.trim(), events: [...events], format }),
    async onSuccess() {
      setUrl('')
      announce('The webhook is made.')
      await queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
    },
  })
  return (
    <form
      aria-label="New webhook"
      onSubmit={(event) => {
        event.preventDefault()
        if (!making.isPending) making.mutate()
      }}
    >
      <label>
        URL
        <input
          type="text"
          inputMode="url"
          className="field"
          placeholder="https://"
          value={url}
          aria-invalid={making.isError}
          aria-describedby="webhook-mistake"
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <label>
        Format
        <select
          className="field"
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as Format)}
        >
          {Object.entries(FORMATS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Choices legend="Events" meanings={EVENTS} chosen={events} onChoose={setEvents} />
      <button type="submit" className="button" aria-disabled={making.isPending}>
        Make the webhook
      </button>
      <Mistake id="webhook-mistake" error={making.error} />
      {making.data && <ShownOnce label="Secret to verify what is sent" value={making.data.secret} />}
    </form>
  )
}
