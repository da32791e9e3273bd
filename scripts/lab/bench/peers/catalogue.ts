import { Database } from 'bun:sqlite'

export type Product = Readonly<Record<string, string | number | null>>

/** For peers: the products of a server, in a file of their own, in the schema that their few queries need. */
export function writeCatalogue(path: string, products: readonly Product[]): void {
  using database = new Database(path, { create: true, strict: true })
  database.run('pragma journal_mode = wal')
  database.run(`create table products (
    id integer primary key, sku text unique, name text not null, price_minor integer not null, currency text not null,
    stock_level integer not null, version integer not null, created_at text not null, updated_at text not null,
    gtin text, ads_item_id text, low_stock_at integer
  ) strict`)
  const add = database.prepare(
    `insert into products values (:id, :sku, :name, :price_minor, :currency, :stock_level, :version, :created_at,
     :updated_at, :gtin, :ads_item_id, :low_stock_at)`,
  )
  database.transaction(() => {
    for (const { price, ...product } of products)
      add.run({ ...product, price_minor: Number(String(price).replace('.', '')) })
  })()
}

/** @param url of our server */
export async function readCatalogue(url: string): Promise<Product[]> {
  const products: Product[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await fetch(
      `${url}/v1/products?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    if (!page.ok) throw new Error(`The list was answered with ${page.status}.`)
    const { items, next_cursor } = (await page.json()) as { items: Product[]; next_cursor: string | null }
    products.push(...items)
    cursor = next_cursor
  }
  return products
}
