/** What failed or was refused of late, found by the request id that a person was told, with what to do about it. */
import { useState } from 'react'
import type { Outputs } from '#client/api.ts'
import { count, moment } from '#client/ui/format.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { useRecentErrors } from './use-status.ts'

type RecentError = Outputs['system']['errors']['items'][number]

const SHOWN = 5

export function ErrorsCard() {
  const errors = useRecentErrors()
  const [typed, setTyped] = useState('')
  return (
    <Tile title="Errors of late" isBusy={!errors.data}>
      <label className="error-search">
        Request id
        <input
          type="search"
          className="field"
          value={typed}
          placeholder="as a message shows it"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <Answered query={errors}>{({ items }) => <Found errors={items} typed={typed.trim()} />}</Answered>
    </Tile>
  )
}

function Found({ errors, typed }: { errors: readonly RecentError[]; typed: string }) {
  const found = typed === '' ? errors : errors.filter(({ request_id: id }) => id.includes(typed))
  const failures = found.filter(({ status }) => status >= 500)
  const refusals = found.filter(({ status }) => status < 500)
  if (typed !== '' && found.length === 0)
    return <p>No error on record has this id. The log of the server may still have it.</p>
  return (
    <>
      {typed === '' && failures.length === 0 && (
        <p className="quiet-text">Nothing failed on the server since it started.</p>
      )}
      <ErrorList errors={failures} shown={SHOWN} />
      {refusals.length > 0 && (
        <details className="refusals" open={typed !== ''}>
          <summary>
            {count(refusals.length)} refused as they came: a mistake of the caller, or a limit
          </summary>
          <ErrorList errors={refusals} shown={4 * SHOWN} />
        </details>
      )}
    </>
  )
}

function ErrorList({ errors, shown }: { errors: readonly RecentError[]; shown: number }) {
  if (errors.length === 0) return null
  return (
    <>
      <ul className="error-list">
        {errors.slice(0, shown).map((error) => (
          <li key={`${error.request_id} ${error.at}`}>
            <strong>{error.title}</strong>{' '}
            <span className="quiet-text">
              {moment(error.at)} · {error.status} {error.code}
            </span>
            <div>
              <code>{error.path}</code>
            </div>
            <div>{error.what_to_do}</div>
            <div className="quiet-text">
              Request <code>{error.request_id}</code>
            </div>
          </li>
        ))}
      </ul>
      {errors.length > shown && (
        <p className="quiet-text">and {count(errors.length - shown)} more: search by a request id</p>
      )}
    </>
  )
}
