/** Which key wrote what and when: the last entries, of a key and of an operation, and all of them as a file. */
import { useState } from 'react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { FoldedPart } from '#client/ui/folded-part.tsx'
import { moment } from '#client/ui/format.ts'
import { Mistake } from '#client/ui/mistake.tsx'
import { productHref } from '#client/ui/product-href.ts'
import { trpc } from '#client/ui/trpc.ts'

type Entry = Outputs['audit']['list']['items'][number]

const PAGE_SIZE = 20
/** The choices are made of so many. */
const LATEST = 200

interface Filter {
  actor?: string
  operation?: string
}

export function Audit() {
  return (
    <FoldedPart title="Audit: which key wrote what">
      <Entries />
    </FoldedPart>
  )
}

function Entries() {
  const [filter, setFilter] = useState<Filter>({})
  const found = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { ...filter, limit: PAGE_SIZE },
      { initialCursor: null, getNextPageParam: (page) => page.next_cursor },
    ),
  )
  const items = found.data?.pages.flatMap((page) => page.items)
  const file = `/v1/audit.csv?${new URLSearchParams({ ...filter })}`
  return (
    <>
      <Filters filter={filter} onChange={setFilter} />
      {items?.length === 0 && <p className="quiet-text">There is no such entry.</p>}
      {!found.data && !found.error && <p className="quiet-text">Loading…</p>}
      <Mistake error={found.error} />
      <ul aria-label="Audit">
        {items?.map((entry) => (
          <li key={entry.id}>
            <EntryWords entry={entry} />
          </li>
        ))}
      </ul>
      <p>
        {found.hasNextPage && (
          <button
            type="button"
            className="button"
            aria-disabled={found.isFetchingNextPage}
            onClick={() => void (found.isFetchingNextPage || found.fetchNextPage())}
          >
            Older entries
          </button>
        )}
        <a className="button" href={file} download="audit.csv">
          Download all as CSV
        </a>
      </p>
    </>
  )
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const latest = useQuery(trpc.audit.list.queryOptions({ limit: LATEST }))
  const keys = useQuery(trpc.keys.list.queryOptions({}))
  const items = latest.data?.items ?? []
  const names = [...items.map(({ actor }) => actor), ...(keys.data?.items ?? []).map(({ name }) => name)]
  const choices = [
    { field: 'actor', label: 'Key', all: 'of every key', values: names },
    { field: 'operation', label: 'Operation', all: 'all', values: items.map(({ operation }) => operation) },
  ] as const
  return (
    <form aria-label="Filter of the audit">
      {choices.map(({ field, label, all, values }) => (
        <label key={field}>
          {label}
          <select
            className="field"
            value={filter[field] ?? ''}
            onChange={({ currentTarget: { value } }) => {
              const { [field]: _, ...others } = filter
              onChange(value === '' ? others : { ...others, [field]: value })
            }}
          >
            <option value="">{all}</option>
            {[...new Set(values)].toSorted().map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </label>
      ))}
    </form>
  )
}

function EntryWords({ entry }: { entry: Entry }) {
  const { at, actor, operation, outcome, request_id: request } = entry
  return (
    <p>
      <code>{operation}</code> <SubjectWords entry={entry} />{' '}
      {outcome !== 'done' && <span className="tag">{outcome}</span>}
      <br />
      <span className="quiet-text">
        {moment(at)} · {actor}
        {request !== null && ` · request ${request}`}
      </span>
    </p>
  )
}

function SubjectWords({ entry: { subject, subject_id: id } }: { entry: Entry }) {
  const words = [subject.replaceAll('_', ' '), id].filter((part) => part !== null).join(' ')
  return subject === 'product' && id !== null ? <Link href={productHref(Number(id))}>{words}</Link> : words
}
