/** Item ids of what is out of stock, to be excluded from campaigns: as text, for a spreadsheet, and for Editor. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { plural } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'
import type { Status } from './stock-out-status.tsx'

const AMOUNT = /^\d{1,7}(?:\.\d{1,3})?$/

export function Exclusions({ days, status }: { days: number; status: Status | undefined }) {
  const found = useQuery(trpc.ads.exclusions.queryOptions({ status }))
  if (!found.data) return null
  const { item_ids: all, left_out: leftOut, left_out_ids: leftOutIds } = found.data
  const file = (name: string, more: Record<string, string> = {}) =>
    `/v1/ads/${name}?${new URLSearchParams({ ...more, ...(status && { status }) })}`
  return (
    <section aria-label="Exclude what is out of stock">
      <h3>Exclude what is out of stock</h3>
      <p>
        {plural(all, 'item id')}
        {status && `, of products that are ${status}`}.{' '}
        <a href={file('exclusions.txt')} download="exclusions.txt">
          As text
        </a>
        ,{' '}
        <a href={file('exclusions.csv')} download="exclusions.csv">
          as CSV with names
        </a>
        .
      </p>
      <EditorFile days={days} address={(query) => file('exclusions-editor.csv', query)} />
      {leftOut > 0 && (
        <p>
          {plural(leftOut, 'item id')} with an apostrophe {leftOut === 1 ? 'is' : 'are'} not in the file for
          Editor: {leftOutIds.map((id) => `“${id}”`).join(', ')}
          {leftOut > leftOutIds.length && ' and more'}. Exclude {leftOut === 1 ? 'it' : 'them'} by hand.
        </p>
      )}
    </section>
  )
}

interface EditorFileProps {
  days: number
  address: (query: Record<string, string>) => string
}

function EditorFile({ days, address }: EditorFileProps) {
  const [campaign, setCampaign] = useState('')
  const [adGroup, setAdGroup] = useState('')
  const [maxCpc, setMaxCpc] = useState('')
  const campaigns = useCampaigns(days)
  const isAmount = maxCpc === '' || AMOUNT.test(maxCpc)
  const isWhole = campaign.trim() !== '' && adGroup.trim() !== '' && isAmount
  const query = { campaign, ad_group: adGroup, ...(maxCpc !== '' && { max_cpc: maxCpc }) }
  return (
    <>
      <form onSubmit={(event) => event.preventDefault()}>
        <label>
          Campaign
          <input
            type="text"
            className="field"
            list="campaigns-with-cost"
            value={campaign}
            onChange={(event) => setCampaign(event.currentTarget.value)}
          />
        </label>
        <datalist id="campaigns-with-cost">
          {campaigns.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <label>
          Ad group
          <input
            type="text"
            className="field"
            value={adGroup}
            onChange={(event) => setAdGroup(event.currentTarget.value)}
          />
        </label>
        <label>
          Max CPC of everything else (empty: as it is)
          <input
            type="text"
            inputMode="decimal"
            className="field"
            value={maxCpc}
            aria-invalid={!isAmount}
            aria-describedby="max-cpc-mistake"
            onChange={(event) => setMaxCpc(event.currentTarget.value.trim())}
          />
        </label>
        {isWhole ? (
          <a className="button" href={address(query)} download="exclusions-editor.csv">
            CSV for Google Ads Editor
          </a>
        ) : (
          <button type="button" className="button" aria-disabled="true">
            CSV for Google Ads Editor
          </button>
        )}
        <span id="max-cpc-mistake" className="form-mistake" role="alert">
          {!isAmount && 'Type an amount such as 0.40.'}
        </span>
      </form>
      <p className="quiet-text">
        The file divides the ad group by item id and excludes these. Check the preview in Editor before you
        post: other product groups of the ad group may be replaced.
      </p>
    </>
  )
}

/** Those of the account that cost anything in these days; none without the report of campaigns. */
function useCampaigns(days: number): string[] {
  const spend = useQuery(trpc.ads.outOfStockSpend.queryOptions({ days, limit: 1 }))
  const { from, to } = spend.data ?? {}
  const report = useQuery({
    ...trpc.ads.report.queryOptions({ from, to, group_by: 'campaign' }),
    enabled: spend.data !== undefined,
  })
  const names = report.data?.rows.flatMap(({ campaign_name: name, cost_micros: micros }) =>
    name === undefined || micros === '0' ? [] : [name],
  )
  return [...new Set(names)]
}
