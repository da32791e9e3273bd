/** The dearest questions about the ads. */
import { addDays } from '#server/ads/calendar.ts'
import { DAYS } from '#scripts/lab/bench/aged-shop.ts'
import { get, type NastyRequest } from './request.ts'

export function ofAds(): NastyRequest[] {
  const [to, from] = [yesterday(), addDays(yesterday(), -DAYS)]
  const range = `from=${from}&to=${to}`
  const wide = `from=${addDays(to, -1_190)}&to=${to}`
  const rules = Array.from({ length: 20 }, (_, n) => `${'{x}'.repeat(20)}${n}{id}{y}`).join(',')
  return [
    get('days of 1,190 dates', `/v1/ads/days?${wide}`),
    get('calendar of 1,190 dates', `/v1/ads/calendar?${wide}`),
    ...['date', 'product', 'campaign', 'ad_group_id', 'product_item_id', 'customer_id'].map((group) =>
      get(`report: two years by ${group}`, `/v1/ads/report?${range}&report=product&group_by=${group}`),
    ),
    get('report: by product beside a year', `/v1/ads/report?${comparison()}&report=product&group_by=product`),
    get(
      'report: by product with 60 parts',
      `/v1/ads/report?${range}&report=product&group_by=product&trend=60`,
    ),
    get('report: by week', `/v1/ads/report?${range}&report=product&interval=week`),
    get(
      'report: one item of two years',
      `/v1/ads/report?${range}&report=product&filter_by=product_item_id&filter_value=as-00001`,
    ),
    get('forecast', `/v1/ads/forecast?${wide}`),
    get('restatements', `/v1/ads/restatements?${wide}`),
    get('status of the ads', '/v1/ads/status'),
    get('spend: two years, every product', `/v1/ads/out-of-stock-spend?days=${DAYS}&limit=100000`),
    get('spend: unmatched items of two years', `/v1/ads/unmatched-items?days=${DAYS}&limit=1000`),
    get(
      'spend: 20 rules of 20 places',
      `/v1/ads/unmatched-items?days=${DAYS}&rules=${encodeURIComponent(rules)}`,
    ),
    get('spend: matched items of two years', `/v1/ads/matched-items?days=${DAYS}`),
    get('running out within a year', '/v1/products/running-out?within=365d&limit=200'),
    get('a product’s 730 days', `/v1/products/7/days?days=${DAYS}`),
    get('cover', '/v1/products/7/cover'),
    get(
      'figures of 200 products',
      `/v1/products/ads-figures?ids=${Array.from({ length: 200 }, (_, n) => n + 1).join(',')}`,
    ),
    get('exclusions', '/v1/ads/exclusions'),
  ]
}

export function yesterday(): string {
  return addDays(new Date().toISOString().slice(0, 10), -1)
}

function comparison(): string {
  const to = yesterday()
  const [from, before] = [addDays(to, -364), addDays(to, -365)]
  return `from=${from}&to=${to}&compare_from=${addDays(before, -364)}&compare_to=${before}`
}
