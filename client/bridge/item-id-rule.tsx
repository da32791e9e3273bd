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
  const [rule, setRule] = useState('')
  const [tried, setTried] = useState<string>()
  const queries = useQueryClient()
  const preview = useQuery({
    ...trpc.ads.unmatchedItems.queryOptions({ days, limit: 1, rules: tried ?? '' }),
    enabled: tried !== undefined,
    retry: false,
  })
  const use = useMutation({
    mutationFn: () => client.ads.setItemIdRules.mutate({ rules: [tried ?? ''] }),
    async onSuccess() {
      announce('The rule is in use.')
      await queries.invalidateQueries()
    },
  })
  return (
    <form
      className="item-id-rule"
      onSubmit={(event) => {
        event.preventDefault()
        if (rule.trim() !== '') setTried(rule.trim())
      }}
    >
      <label>
        Rule for item ids
        <input
          type="text"
          className="field"
          list="item-id-templates"
          value={rule}
          placeholder={TEMPLATES[0]}
          onChange={(event) => setRule(event.currentTarget.value)}
        />
      </label>
      <datalist id="item-id-templates">
        {TEMPLATES.map((template) => (
          <option key={template}>{template}</option>
        ))}
      </datalist>
      <button type="submit" className="button">
        Try
      </button>
      {preview.data && tried !== undefined && (
        <>
          <output>
            Matches {count(preview.data.matched)} of {count(preview.data.matched + preview.data.unmatched)}{' '}
            item ids
          </output>
          <button type="button" className="button primary" onClick={() => use.mutate()}>
            Use this rule
          </button>
        </>
      )}
      {(preview.error ?? use.error) && (
        <span className="form-mistake" role="alert">
          {describeError(preview.error ?? use.error).detail}
        </span>
      )}
    </form>
  )
}
