/** Endpoints that are told of stock and spend: made, paused and removed; what was sent, and sending it again. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { announce } from '#client/ui/announce.tsx'
import { count } from '#client/ui/format.ts'
import { client, trpc } from '#client/ui/trpc.ts'
import { Deliveries } from './deliveries.tsx'
import { FoldedPart } from '#client/ui/folded-part.tsx'
import { Mistake } from '#client/ui/mistake.tsx'
import { NewWebhook } from './new-webhook.tsx'

type Webhook = Outputs['webhooks']['list']['items'][number]

export function Webhooks() {
  return (
    <FoldedPart title="Webhooks: what other programs are told">
      <WebhookList />
      <NewWebhook />
    </FoldedPart>
  )
}

function WebhookList() {
  const found = useQuery(trpc.webhooks.list.queryOptions({}))
  if (found.error) return <Mistake error={found.error} />
  if (!found.data) return <p className="quiet-text">Loading…</p>
  if (found.data.items.length === 0)
    return <p className="quiet-text">There is none yet. A webhook is sent events as they happen, signed.</p>
  return (
    <ul>
      {found.data.items.map((webhook) => (
        <WebhookEntry key={webhook.id} webhook={webhook} />
      ))}
    </ul>
  )
}

function WebhookEntry({ webhook }: { webhook: Webhook }) {
  const { id, url, events, state, pending, parked } = webhook
  const [isOpen, setOpen] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const queries = useQueryClient()
  const refresh = async () => await queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
  const turning = useMutation({
    mutationFn: () =>
      client.webhooks.update.mutate({ id, state: state === 'enabled' ? 'disabled' : 'enabled' }),
    async onSuccess(now) {
      announce(now.state === 'enabled' ? `${url} is sent events again.` : `${url} is paused.`)
      await refresh()
    },
  })
  const removing = useMutation({
    mutationFn: () => client.webhooks.remove.mutate({ id }),
    async onSuccess() {
      announce(`${url} is removed.`)
      await refresh()
    },
  })
  return (
    <li>
      <span className="webhook-words">
        <code>{url}</code> {state === 'disabled' && <span className="tag">Paused</span>}
        <span className="quiet-text">
          {' '}
          {events.join(', ')}; {count(pending)} pending, {count(parked)} parked
        </span>
      </span>
      <button
        type="button"
        className="button"
        aria-expanded={isOpen}
        aria-label={`Deliveries to ${url}`}
        onClick={() => setOpen(!isOpen)}
      >
        Deliveries
      </button>
      <button
        type="button"
        className="button"
        aria-label={`${state === 'enabled' ? 'Pause' : 'Resume'} ${url}`}
        onClick={() => turning.mutate()}
      >
        {state === 'enabled' ? 'Pause' : 'Resume'}
      </button>
      <button
        type="button"
        className="button"
        aria-label={isAsking ? `Remove ${url} and what waits` : `Remove ${url}`}
        onClick={() => (isAsking ? removing.mutate() : setAsking(true))}
      >
        {isAsking ? 'Remove it and what waits' : 'Remove'}
      </button>
      <Mistake error={turning.error ?? removing.error} />
      {isOpen && <Deliveries webhook={webhook} />}
    </li>
  )
}
