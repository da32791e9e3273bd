/** The last deliveries to a webhook: what became of each, and sending it again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { announce } from '#client/ui/announce.tsx'
import { moment, plural } from '#client/ui/format.ts'
import { client, trpc } from '#client/ui/trpc.ts'
import { Mistake } from '#client/ui/mistake.tsx'

type Webhook = Outputs['webhooks']['list']['items'][number]
type Delivery = Outputs['webhooks']['deliveries']['items'][number]

const SHOWN = 10

export function Deliveries({ webhook: { id, parked } }: { webhook: Webhook }) {
  const queries = useQueryClient()
  const found = useQuery(trpc.webhooks.deliveries.queryOptions({ id, limit: SHOWN }))
  const resending = useMutation({
    mutationFn: (deliveryId: number | undefined) =>
      client.webhooks.resend.mutate({ id, ...(deliveryId !== undefined && { delivery_id: deliveryId }) }),
    async onSuccess({ resent }) {
      announce(`${plural(resent, 'delivery', 'deliveries')} will be sent again.`)
      await queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
    },
  })
  return (
    <div className="deliveries">
      {found.data?.items.length === 0 && <p className="quiet-text">Nothing was sent yet.</p>}
      <ol>
        {found.data?.items.map((delivery) => (
          <li key={delivery.id}>
            <span>
              {delivery.type} <span className="quiet-text">{inWords(delivery)}</span>
            </span>
            {delivery.state !== 'pending' && (
              <button
                type="button"
                className="button"
                aria-label={`Send ${delivery.type} of ${moment(delivery.created_at)} again`}
                onClick={() => resending.mutate(delivery.id)}
              >
                Send again
              </button>
            )}
          </li>
        ))}
      </ol>
      {parked > 0 && (
        <button type="button" className="button" onClick={() => resending.mutate(undefined)}>
          Send all {plural(parked, 'parked delivery', 'parked deliveries')} again
        </button>
      )}
      <Mistake error={found.error ?? resending.error} />
    </div>
  )
}

function inWords({ state, attempts, status, error, created_at: at }: Delivery): string {
  const answer = status === null ? (error ?? '') : `answered ${status}`
  const outcome = answer === '' ? state : `${state}, ${answer}`
  return `${moment(at)}: ${outcome}, ${plural(attempts, 'attempt')}`
}
