/** API keys: which there are, when they were used last, making one and ending one. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { useSession } from '#client/sign-in/session.ts'
import { announce } from '#client/ui/announce.tsx'
import { FoldedPart } from '#client/ui/folded-part.tsx'
import { count, mediumDate, moment } from '#client/ui/format.ts'
import { Mistake } from '#client/ui/mistake.tsx'
import { client, trpc } from '#client/ui/trpc.ts'
import { NewKey } from './new-key.tsx'

type Key = Outputs['keys']['list']['items'][number]

export function Keys() {
  const session = useSession()
  return (
    <FoldedPart title="API keys">
      {session?.auth === 'open' && (
        <p className="quiet-text">
          This server asks for no key (<code>AUTH=open</code>). Keys are asked for once <code>AUTH=keys</code>{' '}
          is set.
        </p>
      )}
      <KeyList />
      <NewKey />
    </FoldedPart>
  )
}

function KeyList() {
  const found = useQuery(trpc.keys.list.queryOptions({}))
  const [nowMs] = useState(() => Date.now())
  if (!found.data)
    return found.error ? <Mistake error={found.error} /> : <p className="quiet-text">Loading…</p>
  const holds = ({ revoked_at: revoked, expires_at: expires }: Key) =>
    revoked === null && (expires === null || Date.parse(expires) > nowMs)
  const inForce = found.data.items.filter(holds)
  const ended = found.data.items.filter((key) => !holds(key))
  return (
    <>
      {inForce.length === 0 && <p className="quiet-text">There is none yet.</p>}
      <ul aria-label="Keys">
        {inForce.map((key) => (
          <KeyEntry key={key.id} apiKey={key} />
        ))}
      </ul>
      {ended.length > 0 && (
        <details className="ended-keys">
          <summary>{count(ended.length)} revoked or expired</summary>
          <ul aria-label="Keys that have ended">
            {ended.map((key) => (
              <li key={key.id}>
                <KeyWords apiKey={key} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function KeyEntry({ apiKey: key }: { apiKey: Key }) {
  const [isAsking, setAsking] = useState(false)
  const queries = useQueryClient()
  const revoking = useMutation({
    mutationFn: () => client.keys.revoke.mutate({ id: key.id }),
    async onSuccess() {
      announce(`${key.name} is revoked.`)
      await queries.invalidateQueries({ queryKey: trpc.keys.pathKey() })
    },
  })
  return (
    <li>
      <KeyWords apiKey={key} />
      <button
        type="button"
        className="button"
        aria-label={isAsking ? `Revoke ${key.name} now` : `Revoke ${key.name}, ${key.prefix}`}
        aria-disabled={revoking.isPending}
        onClick={() => (isAsking ? revoking.mutate() : setAsking(true))}
      >
        {isAsking
          ? key.is_own
            ? 'Revoke it: you are signed out'
            : 'Revoke it: what uses it stops'
          : 'Revoke'}
      </button>
      <Mistake error={revoking.error} />
    </li>
  )
}

function KeyWords({ apiKey }: { apiKey: Key }) {
  const { name, prefix, scopes, is_own: isOwn } = apiKey
  return (
    <span>
      {name} <code>{prefix}…</code> {isOwn && <span className="tag acknowledged">Yours</span>}
      <br />
      <span className="quiet-text">
        {scopes.join(', ')} · {useOf(apiKey)} · {endOf(apiKey)}
      </span>
    </span>
  )
}

function useOf({ last_used_at: used }: Key): string {
  return used === null ? 'never used' : `last used ${moment(used)}`
}

function endOf({ revoked_at: revoked, expires_at: expires }: Key): string {
  if (revoked !== null) return `revoked ${mediumDate(revoked)}`
  return expires === null ? 'without end' : `until ${mediumDate(expires)}`
}
