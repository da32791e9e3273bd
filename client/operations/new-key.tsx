/** A new key: what it is for and what it may do; it is shown once. */
import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Inputs } from '#client/api.ts'
import { announce } from '#client/ui/announce.tsx'
import { Choices } from '#client/ui/choices.tsx'
import { Mistake } from '#client/ui/mistake.tsx'
import { ShownOnce } from '#client/ui/shown-once.tsx'
import { client, trpc } from '#client/ui/trpc.ts'

type Scope = Inputs['keys']['create']['scopes'][number]

/** What each allows; a scope that is missing here does not compile. */
const SCOPES: Readonly<Record<Scope, string>> = {
  'products:read': 'see products, their stock and its history',
  'products:write': 'change products and stock, import files',
  'ads:read': 'see ads, runs and out-of-stock spend',
  'ads:write': 'fetch ads, set the rules for item ids',
  'feeds:read': 'read the feeds for Merchant Center; alone it makes a feed key',
  admin: 'everything, and this place',
}
const LIVES = [0, 30, 90, 365]

export function NewKey() {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['products:read'])
  const [days, setDays] = useState(0)
  const queries = useQueryClient()
  const making = useMutation({
    mutationFn: () =>
      client.keys.create.mutate({
        name: name.trim(),
        scopes: [...scopes],
        ...(days > 0 && { expires_in_days: days }),
      }),
    async onSuccess() {
      setName('')
      announce('The key is made.')
      await queries.invalidateQueries({ queryKey: trpc.keys.pathKey() })
    },
  })
  return (
    <form
      aria-label="New key"
      onSubmit={(event) => {
        event.preventDefault()
        if (!making.isPending) making.mutate()
      }}
    >
      <label>
        Name
        <input
          type="text"
          className="field"
          placeholder="what it is for"
          autoComplete="off"
          value={name}
          aria-invalid={making.isError}
          aria-describedby="key-mistake"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label>
        Ends
        <select
          className="field"
          value={days}
          onChange={(event) => setDays(Number(event.currentTarget.value))}
        >
          {LIVES.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? 'never by itself' : `after ${each} days`}
            </option>
          ))}
        </select>
      </label>
      <Choices legend="It may" meanings={SCOPES} chosen={scopes} onChoose={setScopes} />
      <button type="submit" className="button" aria-disabled={making.isPending}>
        Make the key
      </button>
      <Mistake id="key-mistake" error={making.error} />
      {making.data && <ShownOnce label={`Key “${making.data.name}”`} value={making.data.key} />}
    </form>
  )
}
