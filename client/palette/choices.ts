/** What the palette offers for what is typed. */
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { mayUse, useSession } from '#client/sign-in/session.ts'
import type { Scope } from '#server/caller.ts'
import { productHref } from '#client/ui/product-href.ts'
import { mediumDate } from '#client/ui/format.ts'
import type { Shortcut } from '#client/ui/key-sequence.ts'
import { trpc } from '#client/ui/trpc.ts'
import { readPeriod } from './read-period.ts'

export interface Choice {
  /** Unique among what is offered. */
  key: string
  kind: 'Place' | 'Action' | 'Product' | 'Campaign' | 'Dates'
  name: string
  /** Beside it, quietly. */
  note?: string
  does: { href: string } | { shortcut: Shortcut }
}

export interface PlaceChoice {
  path: string
  name: string
  keys: string
}

const MAX_FOUND = 6
const ACTIONS: readonly (readonly [name: string, note: string, shortcut: Shortcut, scope?: Scope])[] = [
  ['New product', 'n', 'new-product', 'products:write'],
  ['Import products from a file', 'i', 'import', 'products:write'],
  ['Views of the products', 'v', 'views', 'products:read'],
  ['Columns of the products', 'c', 'columns', 'products:read'],
  ['Export products', 'e', 'export', 'products:read'],
  ['Undo the last change', 'Ctrl Z', 'undo', 'products:write'],
  ['Appearance: theme and density', ',', 'appearance'],
  ['Keyboard shortcuts', '?', 'help'],
]

export function useChoices(
  typed: string,
  { places, mayReadAds, today }: { places: readonly PlaceChoice[]; mayReadAds: boolean; today: string },
): Choice[] {
  const q = typed.trim()
  const session = useSession()
  const products = useQuery(
    trpc.products.search.queryOptions(q === '' ? skipToken : { q, limit: MAX_FOUND }, {
      placeholderData: keepPreviousData,
    }),
  )
  const campaigns = useQuery(
    trpc.ads.report.queryOptions(q === '' || !mayReadAds ? skipToken : { group_by: 'campaign' }),
  )
  const hasWords = (name: string) =>
    q
      .toLocaleLowerCase()
      .split(/\s+/)
      .every((word) => name.toLocaleLowerCase().includes(word))
  const period = mayReadAds ? readPeriod(q, today) : undefined
  return [
    ...(period
      ? [
          {
            key: 'dates',
            kind: 'Dates' as const,
            name: `Ads, ${mediumDate(period.from)} – ${mediumDate(period.to)}`,
            does: { href: `/ads?from=${period.from}&to=${period.to}` },
          },
        ]
      : []),
    ...places
      .filter(({ name }) => hasWords(name))
      .map(({ path, name, keys }) => ({
        key: path,
        kind: 'Place' as const,
        name,
        note: keys,
        does: { href: path },
      })),
    ...(q === '' ? [] : (products.data?.items ?? [])).map(({ id, name, sku }) => ({
      key: `product ${id}`,
      kind: 'Product' as const,
      name,
      ...(sku !== null && { note: sku }),
      does: { href: productHref(id) },
    })),
    ...[...new Set(q === '' ? [] : campaigns.data?.rows.flatMap((row) => row.campaign_name ?? []))]
      .filter(hasWords)
      .slice(0, MAX_FOUND)
      .map((name) => ({
        key: `campaign ${name}`,
        kind: 'Campaign' as const,
        name,
        does: { href: '/ads?report=campaign' },
      })),
    ...ACTIONS.filter(([name, , , scope]) => hasWords(name) && (!scope || mayUse(session, scope))).map(
      ([name, note, shortcut]) => ({
        key: shortcut,
        kind: 'Action' as const,
        name,
        note,
        does: { shortcut },
      }),
    ),
  ]
}
