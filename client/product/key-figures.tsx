/** The figures that one comes for: each with a small label above, and what it is made of below. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Outputs } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { count, fraction, mediumDate, microsAsMoney, money, plural } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'
import type { Prices } from './history.ts'
import { daysText } from '#client/products/layout/row-figures.ts'
import { adsOf } from './ads-figures.ts'

type Cover = Outputs['products']['cover']
type AdsFigures = Outputs['products']['adsFigures']

interface KeyFiguresProps {
  product: Product
  mayReadAds: boolean
}

export function KeyFigures({ product, mayReadAds }: KeyFiguresProps) {
  const { id } = product
  const prices = useQuery(trpc.products.prices.queryOptions({ id, limit: PRICES_SHOWN }))
  const cover = useQuery(trpc.products.cover.queryOptions({ id }, { enabled: mayReadAds }))
  const figures = useQuery(
    trpc.products.adsFigures.queryOptions({ ids: String(id) }, { enabled: mayReadAds }),
  )
  return (
    <dl className="key-figures">
      <Figure label="In stock" value={count(product.stock_level)}>
        {product.stock_level === 0 ? 'Nothing left to sell' : cover.data && coverInWords(cover.data)}
      </Figure>
      <Figure label="Price" value={money(product.price, product.currency)}>
        {prices.data && lowestInWords(prices.data)}
      </Figure>
      {mayReadAds &&
        ([7, 30] as const).map((days) => (
          <Figure
            key={days}
            label={`Ads, last ${days} days`}
            value={figures.data ? costOf(figures.data, days) : '…'}
          >
            {figures.data && adsInWords(figures.data, days)}
          </Figure>
        ))}
      <Figure label="Identity" value={product.sku ?? 'No SKU'}>
        {[`ID ${product.id}`, product.gtin && `GTIN ${product.gtin}`, itemIdOf(product)]
          .filter(Boolean)
          .join(' · ')}
      </Figure>
    </dl>
  )
}

/** As many as a request takes; the list and the chart show the same ones. */
export const PRICES_SHOWN = 200

interface FigureProps {
  label: string
  value: string
  children: ReactNode
}

function Figure({ label, value, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="figure">{value}</dd>
      <dd className="quiet-text">{children || ' '}</dd>
    </div>
  )
}

function coverInWords({
  days_of_cover: days,
  runs_out_on: date,
  rate_per_day: rate,
  ...cover
}: Cover): string {
  if (days === null) return 'Nothing sold in 28 days'
  const until = date === null ? '' : `, until about ${mediumDate(date)}`
  const source = cover.method === 'ledger' ? 'sold' : 'converted'
  return `Lasts ${daysText(days)} days${until}: ${fraction(rate)} ${source} a day, confidence ${cover.confidence}`
}

export function lowestInWords({ lowest_30_days: { price, whole, since }, currency }: Prices): string {
  const lowest = `Lowest of 30 days: ${money(price, currency)}`
  return whole ? lowest : `${lowest}, as far as recorded, since ${mediumDate(since.slice(0, 10))}`
}

function costOf(figures: AdsFigures, days: 7 | 30): string {
  if (figures.state === 'unknown' && adsOf(figures, days).length === 0) return 'Cannot tell yet'
  return (
    adsOf(figures, days)
      .map(({ cost_micros: micros, currency }) => microsAsMoney(micros, currency))
      .join(' + ') || 'None'
  )
}

function adsInWords(figures: AdsFigures, days: 7 | 30): string {
  const missing = figures.state === 'unknown' ? ['dates are missing'] : []
  return [...adsOf(figures, days).flatMap(inWords), ...missing].join(' · ')
}

function inWords({ clicks, roas, conversions }: ReturnType<typeof adsOf>[number]): string[] {
  const value = roas === undefined ? [] : [`ROAS ${roas.toFixed(2)}`]
  return [plural(clicks, 'click'), `${fraction(conversions)} conversions`, ...value]
}

function itemIdOf({ ads_item_id: itemId }: Product): string | null {
  return itemId && `in the ads ${itemId}`
}
