/** The address from which Merchant Center fetches availability and prices: made with a key of its own, which can be ended. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { announce } from '#client/ui/announce.tsx'
import { moment } from '#client/ui/format.ts'
import { client, trpc } from '#client/ui/trpc.ts'
import { Mistake } from '#client/ui/mistake.tsx'
import { ShownOnce } from '#client/ui/shown-once.tsx'

const FORMATS = ['tsv', 'xml'] as const
type Format = (typeof FORMATS)[number]

export function FeedKeys() {
  const [address, setAddress] = useState<string>()
  return (
    <section aria-label="Feed for Merchant Center">
      <h3>Feed for Merchant Center</h3>
      <p className="quiet-text">
        Availability and price of every product, as a supplemental source that Google fetches by itself. The
        key in its address opens nothing else.
      </p>
      <NewAddress onMade={setAddress} />
      {address !== undefined && <ShownOnce label="Feed address" value={address} />}
      <KeysInUse onRevoked={() => setAddress(undefined)} />
    </section>
  )
}

function NewAddress({ onMade }: { onMade: (address: string) => void }) {
  const [format, setFormat] = useState<Format>('tsv')
  const [isExcluding, setExcluding] = useState(true)
  const queries = useQueryClient()
  const making = useMutation({
    mutationFn: () =>
      client.feedKeys.create.mutate({ name: `Feed ${new Date().toISOString().slice(0, 10)}` }),
    async onSuccess({ key }) {
      const query = new URLSearchParams({ ...(isExcluding && { excluded_destination: 'Shopping_ads' }), key })
      onMade(`${location.origin}/v1/feeds/google-availability.${format}?${query}`)
      announce('The address is made.')
      await queries.invalidateQueries({ queryKey: trpc.feedKeys.list.queryKey() })
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!making.isPending) making.mutate()
      }}
    >
      <label>
        Format
        <select
          className="field"
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as Format)}
        >
          {FORMATS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={isExcluding}
          onChange={(event) => setExcluding(event.currentTarget.checked)}
        />{' '}
        Keep what is out of stock from Shopping ads
      </label>
      <button type="submit" className="button" aria-disabled={making.isPending}>
        Make a feed address
      </button>
      <Mistake error={making.error} />
    </form>
  )
}

function KeysInUse({ onRevoked }: { onRevoked: () => void }) {
  const queries = useQueryClient()
  const keys = useQuery(trpc.feedKeys.list.queryOptions({}))
  const revoking = useMutation({
    mutationFn: (id: number) => client.feedKeys.revoke.mutate({ id }),
    async onSuccess() {
      onRevoked()
      announce('The key is revoked.')
      await queries.invalidateQueries({ queryKey: trpc.feedKeys.list.queryKey() })
    },
  })
  const inUse = keys.data?.items.filter(({ revoked_at: revokedAt }) => revokedAt === null) ?? []
  return (
    <>
      <Mistake error={revoking.error ?? keys.error} />
      <ul aria-label="Feed keys">
        {inUse.map(({ id, name, prefix, last_used_at: used }) => (
          <li key={id}>
            <span>
              {name} <code>{prefix}…</code>{' '}
              <span className="quiet-text">
                {used === null ? 'never fetched' : `fetched ${moment(used)}`}
              </span>
            </span>
            <button
              type="button"
              className="button"
              aria-label={`Revoke ${name}, ${prefix}`}
              onClick={() => revoking.mutate(id)}
            >
              Revoke
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
