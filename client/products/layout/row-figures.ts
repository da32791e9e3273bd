/** What the ads tell of the rows in view, in one request for all of them. */
import { useEffect } from 'react'
import type { Outputs } from '#client/api.ts'
import { client } from '#client/ui/trpc.ts'
import { createStore, useStore } from '#client/ui/store.ts'
import type { Figure, Product } from '#client/products/columns.ts'
import { fraction, microsAsDecimal, microsAsMoney, count } from '#client/ui/format.ts'

export type RowFigures = Outputs['products']['adsFigures']['items'][number]
type Sums = RowFigures['last_7_days']

interface Kept {
  at: number
  figures: RowFigures
}

/** Scrolling rests before rows are asked about. */
const WAIT_MS = 120
const FRESH_FOR_MS = 60_000
/** What a request takes. */
const MAX_IDS = 200
const MAX_KEPT = 5_000
const MAX_DAYS = 999

const kept = createStore<ReadonlyMap<number, Kept>>(new Map())

/** @param products none where no such column is shown */
export function useRowFigures(products: readonly (Product | undefined)[]): ReadonlyMap<number, Kept> {
  const key = products.flatMap((product) => product?.id ?? []).join()
  useEffect(() => {
    if (key === '') return undefined
    const timer = setTimeout(() => void read(key.split(',').map(Number)), WAIT_MS)
    return () => clearTimeout(timer)
  }, [key])
  return useStore(kept)
}

async function read(ids: readonly number[]): Promise<void> {
  const now = Date.now()
  const wanted = ids.filter((id) => now - (kept.get().get(id)?.at ?? 0) > FRESH_FOR_MS).slice(0, MAX_IDS)
  if (wanted.length === 0) return
  // Without an answer, or with a key that may not see it, the cells stay empty.
  const answer = await client.products.adsFigures.query({ ids: wanted.join() }).catch(() => undefined)
  if (!answer) return
  const fresh = answer.items.map((figures) => [figures.product_id, { at: now, figures }] as const)
  kept.set(new Map([...kept.get(), ...fresh].slice(-MAX_KEPT)))
}

/** As the cell shows it. */
export function shownFigure({ id }: Product, figure: Figure): string {
  return figureText(figure, kept.get().get(id)?.figures)
}

/** Undefined figures have not come yet. */
export function figureText(figure: Figure, figures: RowFigures | undefined): string {
  return figures ? TEXTS[figure](figures) || '–' : ''
}

const TEXTS: Readonly<Record<Figure, (figures: RowFigures) => string>> = {
  cost_7: ({ last_7_days: sums }) => costOf(sums),
  cost_30: ({ last_30_days: sums }) => costOf(sums),
  clicks_30: ({ last_30_days: sums }) =>
    sums.length === 0 ? '' : count(sums.reduce((all, { clicks }) => all + clicks, 0)),
  roas_30: ({ last_30_days: sums }) => sums.flatMap((each) => roasOf(each)?.toFixed(2) ?? []).join(' · '),
  cover: ({ days_of_cover: days }) => (days === null ? '' : daysText(days)),
}

/** What lasts for years is told as little as it is known. */
export function daysText(days: number): string {
  return days > MAX_DAYS ? `> ${count(MAX_DAYS)}` : days < 10 ? fraction(days) : count(Math.round(days))
}

function costOf(sums: Sums): string {
  return sums.map(({ cost_micros: micros, currency }) => microsAsMoney(micros, currency)).join(' + ')
}

/** Value of conversions for one unit of cost. */
export function roasOf({ cost_micros: micros, conversions_value: value }: Sums[number]): number | undefined {
  const cost = Number(microsAsDecimal(micros))
  return cost === 0 ? undefined : value / cost
}
