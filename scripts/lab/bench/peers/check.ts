/** Whether a server does what is going to be measured: figures of one that does less would compare nothing. */
import type { Product } from './catalogue.ts'

const PRICES = { next: '4711.05', refused: '4712.06' }

/** Changes the price of one product. @throws Error with what is not as it has to be */
export async function checkServer(url: string, product: Product): Promise<void> {
  const address = `${url}/v1/products/${product['id']}`
  const version = Number(product['version'])
  const read = async () => {
    const response = await fetch(address)
    const body = (await response.json()) as Product
    requireSame('the ETag', response.headers.get('etag'), `"${body['version']}"`)
    return body
  }
  const write = (price: string) =>
    fetch(address, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': `"${version}"` },
      body: JSON.stringify({ price }),
    })
  // Twice: the second answer may come from a cache.
  for (const answer of [await read(), await read()]) requireSame('the product', answer, product)
  const written = await write(PRICES.next)
  requireSame('the status of a write', written.status, 200)
  const changed = (await written.json()) as Product
  const { updated_at } = changed
  requireSame('what was written', changed, {
    ...product,
    price: PRICES.next,
    version: version + 1,
    updated_at,
  })
  requireSame('the product after a write', await read(), changed)
  requireSame('the status of a write with a stale version', (await write(PRICES.refused)).status, 412)
  requireSame('the product after a refused write', await read(), changed)
}

function requireSame(what: string, answer: unknown, wanted: unknown): void {
  if (!Bun.deepEquals(answer, wanted))
    throw new Error(`${what} is ${JSON.stringify(answer)} and not ${JSON.stringify(wanted)}`)
}
