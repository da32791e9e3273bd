/** The dearest writes, and what is refused for what it is. */
import { JSON_TYPE, post, type NastyRequest } from './request.ts'

const MEBIBYTE = 1024 * 1024

export function batches(): NastyRequest[] {
  return [
    batch('prices', 'atomic', (n, round) => ({ id: 1_000 + n, price: `${round + 1}.${(n % 90) + 10}` })),
    batch('names', 'per_item', (n, round) => ({
      id: 2_000 + n,
      name: `Everyday bottle ${round} ${'ab '.repeat(n % 80)}`,
    })),
    batch('new products', 'atomic', (n) => ({
      create: true,
      name: `Crate ${n} ${crypto.randomUUID()}`,
      price: '9.90',
    })),
    batch('names of 900 letters', 'per_item', (n, round) => ({
      id: 3_000 + n,
      name: `${round}${'xy z'.repeat(220)}`,
    })),
    batch('one product', 'per_item', (n) => ({ id: 5, delta: n % 2 ? 1 : -1, reason: 'other' })),
    batch('SKUs changed in a circle', 'atomic', (n, round) => ({ id: 6_000 + n, sku: `R-${round}-${n}` })),
    batch('what does not exist', 'per_item', (n) => ({ id: 10_000_000 + n, price: '1' })),
    batch('mistakes in every field', 'per_item', () => ({
      id: -1,
      version: 'x',
      name: '',
      price: 'z',
      delta: 0.5,
      reason: '',
    })),
    post('batch of 1,000: dry run', '/v1/products/batch', () =>
      JSON.stringify({
        mode: 'atomic',
        dry_run: true,
        operations: Array.from({ length: 1_000 }, (_, n) => ({ id: n + 1, price: '3' })),
      }),
    ),
  ]
}

export function bodies(): NastyRequest[] {
  const product = '/v1/products'
  return [
    post(
      'body: a list of 500,000 numbers',
      '/v1/products/batch',
      () => `{"mode":"atomic","operations":[${filled('1,')}]}`,
    ),
    post(
      'body: a list of empty objects',
      '/v1/products/batch',
      () => `{"mode":"atomic","operations":[${filled('{},')}]}`,
    ),
    post(
      'body: 500,000 events',
      '/v1/webhooks',
      () => `{"url":"https://example.org","events":[${filled('1,')}]}`,
    ),
    post('body: 500,000 scopes', '/v1/keys', () => `{"name":"x","scopes":[${filled('1,')}]}`),
    post('body: 200,000 rules', '/v1/ads/item-id-rules', () => `{"rules":[${filled('"{a}",')}]}`),
    {
      what: 'body: 500,000 versions',
      path: '/v1/products/1',
      options: () => ({
        method: 'PATCH',
        headers: JSON_TYPE,
        body: `{"price":"3","version":[${filled('1,')}]}`,
      }),
    },
    post('body: nested 500,000 deep', product, () => `{"name":${'['.repeat(500_000)}${']'.repeat(500_000)}}`),
    post(
      'body: objects nested 150,000 deep',
      product,
      () => `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
    ),
    post(
      'body: 90,000 keys',
      product,
      () => `{${Array.from({ length: 90_000 }, (_, n) => `"k${n}":1`).join(',')}}`,
    ),
    post('body: one key 100,000 times', product, () => `{${filled('"name":1,')}}`),
    post('body: a key of 1 MB', product, () => `{"${filled('x')}":1}`),
    post('body: a name of 1 MB', product, () => `{"name":"${filled('x')}","price":"1"}`),
    post(
      'body: a name of invisible marks',
      product,
      () => `{"name":"${'\u200b'.repeat(340_000)}","price":"1"}`,
    ),
    post('body: a number of 1,000,000 digits', product, () => `{"name":"x","price":${filled('9')}}`),
    post('body: a price of 1,000,000 digits', product, () => `{"name":"x","price":"${filled('9')}"}`),
    post('body: escapes', product, () => `{"name":"${'\\u0041'.repeat(170_000)}","price":"1"}`),
    post('body: not JSON', product, () => filled('{"a":[')),
  ]
}

export function imports(): NastyRequest[] {
  return [
    file(
      '10,000 prices',
      (round) =>
        `sku,price\n${rows(round, (n) => `AS-${String(n + 1).padStart(5, '0')},${round + 1}.5${n % 10}`)}`,
    ),
    file(
      '10,000 new products',
      (round) => `sku,name,price\n${rows(round, (n) => `N-${crypto.randomUUID()},New ${n} thing,1`)}`,
    ),
    file('10,000 lines, unchanged', () => `sku\n${rows(0, (n) => `AS-${String(n + 50_001)}`)}`),
    file('10,000 wrong lines', () => `sku,price\n${rows(0, (n) => `AS-${n},x`)}`, '?rejected_csv=true'),
    file(
      'dry run of 10,000',
      (round) => `sku,price\n${rows(round, (n) => `AS-${String(n + 1).padStart(5, '0')},${round + 2}`)}`,
      '?dry_run=true',
    ),
    file('one line of 20 MB', () => `sku,name,price\nA,${'x'.repeat(20 * MEBIBYTE)},1\n`),
    file('a heading of 1,000,000 columns', () => `sku,${'a,'.repeat(1_000_000)}b\n`),
    file('lines of 1,000 columns', () => `sku,name,price\n${`A${',x'.repeat(1_000)}\n`.repeat(5_000)}`),
    file('a quote that stays open', () => `sku,name,price\n"A,${'x,1\ny,'.repeat(MEBIBYTE)}`),
    file('quotes alone', () => `sku,name,price\n${'"'.repeat(5 * MEBIBYTE)}`),
    file('empty lines', () => `sku,name,price\n${'\n'.repeat(10 * MEBIBYTE)}`),
    file(
      'a product in each line, SKUs in a circle',
      (round) => `id,sku\n${rows(round, (n) => `${n + 1},C-${round}-${(n + 1) % 10_000}`)}`,
    ),
  ]
}

const batch = (what: string, mode: string, toStep: (n: number, round: number) => object) =>
  post(`batch of 1,000: ${what}`, '/v1/products/batch', (round) =>
    JSON.stringify({ mode, operations: Array.from({ length: 1_000 }, (_, n) => toStep(n, round)) }),
  )

const filled = (part: string, bytes = MEBIBYTE - 200) =>
  part.repeat(Math.floor(bytes / part.length)).slice(0, -1)

const file = (what: string, text: (round: number) => string, query = ''): NastyRequest => ({
  what: `import: ${what}`,
  path: `/v1/products/import${query}`,
  options: (round) => ({ method: 'POST', headers: { 'content-type': 'text/csv' }, body: text(round) }),
})
const rows = (round: number, toRow: (n: number, round: number) => string) =>
  Array.from({ length: 10_000 }, (_, n) => toRow(n, round)).join('\n')
