/** The dearest reads of products. */
import { DAYS, PRODUCTS } from '#scripts/lab/bench/aged-shop.ts'
import { get, type NastyRequest } from './request.ts'

export function searches(): NastyRequest[] {
  const texts: Record<string, string> = {
    'a letter': 'e',
    'two letters': 'b s',
    'the most frequent words': 'everyday water bottle insulated black',
    'three typos': 'insulatde waterr botle',
    'typos in each of 12 words':
      'evryday watr bottel insulted blak backpck lapto sleve whit desc lmp dimable',
    'words that are nowhere': 'zzxqj qqvvx wwkkz jjxxq',
    'words that share no name': 'bottle knife pillow lamp backpack',
    '2,500 words': 'botle lmap '.repeat(1_250),
    '10,000 letters': 'abcdefghij'.repeat(1_000),
    '5,000 letters with spaces': 'e '.repeat(5_000),
    'one word, 3,000 times': 'bottle '.repeat(1_400),
    'accents and marks': 'é\u0301\u0302\u0303'.repeat(2_000),
    'a SKU’s beginning': 'AS-0',
    'a code of digits': '0000',
    'joined words': 'waterbottleinsulatedblack',
    quotes: '"water" OR NEAR(bottle*) AND NOT {x}:^y',
  }
  const searched = Object.entries(texts).map(([what, q]) =>
    get(`search: ${what}`, `/v1/products/search?${new URLSearchParams({ q, limit: '200' })}`),
  )
  const filters = 'limit=200&min_price=1&max_price=500&in_stock=true&max_stock=40&low_stock=true'
  return [
    ...searched,
    get('search: every filter', `/v1/products/search?q=e&${filters}&count=exact`),
    get('search: by stock, counted', '/v1/products/search?q=e&sort=-stock_level&count=exact&limit=200'),
    get('search: by name, counted', '/v1/products/search?q=black&sort=name&count=exact&limit=200'),
    get('search: by price alone', '/v1/products/search?min_price=0&limit=200&count=exact'),
    get('search: advertised', '/v1/products/search?q=black&advertised=true&limit=200'),
    get('search: not advertised', '/v1/products/search?q=black&advertised=false&limit=200&count=exact'),
  ]
}

export function lists(): NastyRequest[] {
  const sorts = ['id', '-name', 'price', '-stock_level', 'updated_at']
  return [
    ...sorts.map((sort) =>
      get(`list: offset 10,000 by ${sort}`, `/v1/products?offset=10000&limit=200&sort=${sort}`),
    ),
    ...sorts.map((sort) =>
      get(
        `list: place 90,000 by ${sort}`,
        `/v1/products/at?position=${0.9 * PRODUCTS}&limit=200&sort=${sort}`,
      ),
    ),
    get(
      'list: filters that nothing fits',
      '/v1/products?min_price=0.01&max_price=0.02&in_stock=true&count=exact',
    ),
    get('list: place among filters', '/v1/products/at?position=80000&in_stock=true&min_price=1&sort=-price'),
    get('list: low stock, counted', '/v1/products?low_stock=true&count=exact&limit=200&sort=-updated_at'),
    get('list: not advertised, counted', '/v1/products?advertised=false&count=exact&limit=200'),
    get('list: not advertised, by name', '/v1/products?advertised=false&limit=200&sort=-name'),
    get('list: counted exactly', '/v1/products?count=exact&max_stock=1000000000'),
    get('list: 200 SKUs', `/v1/products?sku=${skus(200)}&limit=200`),
    get('list: long SKUs', `/v1/products?sku=${Array.from({ length: 200 }, () => 'x'.repeat(60)).join(',')}`),
    get('a ledger of 58 entries', '/v1/products/7/stock-adjustments?limit=200'),
    get('the feed from its beginning', '/v1/changes?after=0&limit=200'),
    get('the feed from the end of time', `/v1/changes?after=${Number.MAX_SAFE_INTEGER}`),
    get('a cursor of 8,000 letters', `/v1/products?cursor=${'A'.repeat(8_000)}`),
    get('the OpenAPI document', '/openapi.json'),
    get('metrics', '/metrics'),
    get('status of the system', '/v1/system/status'),
    get('imports', '/v1/products/imports'),
  ]
}

const skus = (count: number) =>
  Array.from({ length: count }, (_, n) => `AS-${String(n * 37 + 1).padStart(5, '0')}`).join(',')

export function files(): NastyRequest[] {
  return [
    get('export: all products', '/v1/products.csv', {}),
    get('export: all products, compressed', '/v1/products.csv', { 'accept-encoding': 'zstd' }),
    get('export: low stock', '/v1/products.csv?low_stock=true&advertised=false', {}),
    get('export: what a search finds', '/v1/products/search.csv?q=e', {}),
    get('export: a search with typos', '/v1/products/search.csv?q=insulatde+blakc', {}),
    get('feed: tab-delimited', '/v1/feeds/google-availability.tsv', {}),
    get('feed: XML', '/v1/feeds/google-availability.xml', {}),
    get('exclusions: CSV', '/v1/ads/exclusions.csv', {}),
    get('exclusions: text', '/v1/ads/exclusions.txt', {}),
    get('exclusions: for the editor', '/v1/ads/exclusions-editor.csv?campaign=a&ad_group=b', {}),
    get('spend: CSV of two years', `/v1/ads/out-of-stock-spend.csv?days=${DAYS}`, {}),
  ]
}
