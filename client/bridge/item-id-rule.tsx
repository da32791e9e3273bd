/** A rule for the whole catalogue: tried first, then set. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { announce } from '#client/ui/announce.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { count } from '#client/ui/format.ts'
import { client, trpc } from '#client/ui/trpc.ts'

/** As the shops' own feeds make their item ids. */
const TEMPLATES = ['shopify_{country}_{product}_{variant}', 'gla_{id}', 'woocommerce_gpf_{id}', '{gtin}']

export function ItemIdRule({ days }: { days: number }) {
  const inForce = useQuery(trpc.ads.itemIdRules.queryOptions({}))
  const current = inForce.data?.rules.join(', ') ?? ''
  const [written, setWritten] = useState<string>()
  const [tried, setTried] = useState<string>()
  const rule = written ?? current
  const attempt = (text: string) => {
    setWritten(text)
    setTried(text.trim() === '' ? undefined : text.trim())
  }
  return (
    <form
      className="item-id-rule"
      onSubmit={(event) => {
        event.preventDefault()
        attempt(rule)
      }}
    >
      <label>
        Rule for item ids (several with commas between them)
        <input
          type="text"
          className="field"
          value={rule}
          placeholder={TEMPLATES[0]}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            // A preview is of the text that was tried, not of what is written since.
            setWritten(event.currentTarget.value)
            setTried(undefined)
          }}
        />
      </label>
      <button type="submit" className="button">
        Try
      </button>
      <fieldset className="templates" aria-label="Templates">
        {TEMPLATES.map((template) => (
          <button key={template} type="button" className="button" onClick={() => attempt(template)}>
            {template}
          </button>
        ))}
      </fieldset>
      {tried !== undefined && (
        <TriedRule
          days={days}
          rule={tried}
          current={current}
          onUse={() => {
            setTried(undefined)
            setWritten(undefined)
          }}
        />
      )}
    </form>
  )
}

interface TriedRuleProps {
  days: number
  rule: string
  current: string
  onUse: () => void
}

function TriedRule({ days, rule, current, onUse }: TriedRuleProps) {
  const queries = useQueryClient()
  const preview = useQuery({
    ...trpc.ads.unmatchedItems.queryOptions({ days, limit: 1, rules: rule }),
    retry: false,
  })
  const use = useMutation({
    mutationFn: () => client.ads.setItemIdRules.mutate({ rules: rule.split(',').map((each) => each.trim()) }),
    async onSuccess() {
      announce('The rule is in use.')
      await queries.invalidateQueries()
      onUse()
    },
  })
  const error = preview.error ?? use.error
  return (
    <>
      {preview.data && (
        <>
          <output>
            Matches {count(preview.data.matched)} of {count(preview.data.matched + preview.data.unmatched)}{' '}
            item ids
            {current !== '' && rule !== current && `; replaces ${current}`}
          </output>
          <button
            type="button"
            className="button primary"
            disabled={use.isPending}
            onClick={() => use.mutate()}
          >
            Use this rule
          </button>
        </>
      )}
      {error && (
        <span className="form-mistake" role="alert">
          {describeError(error).detail}
        </span>
      )}
    </>
  )
}
