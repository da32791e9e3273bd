/** Products in SQLite, read by a prepared statement. */
import { Database } from 'bun:sqlite'
import { Hono } from 'hono'

const COLUMNS = `id, sku, name, printf('%d.%02d', price_minor / 100, price_minor % 100) as price, currency, stock_level,
  version, created_at, updated_at, gtin, ads_item_id, low_stock_at`

const database = new Database(process.env.DATABASE)
database.run('pragma synchronous = full')
const find = database.query(`select ${COLUMNS} from products where id = ?`)
const change = database.query(
  `update products set price_minor = ?, version = version + 1, updated_at = ?
   where id = ? and version = ? returning ${COLUMNS}`,
)

const app = new Hono()

app.get('/v1/products/:id{\\d+}', (c) => {
  const row = find.get(Number(c.req.param('id')))
  if (!row) return c.json({ message: 'There is no such product.' }, 404)
  return c.json(row, 200, { etag: `"${row.version}"` })
})

app.patch('/v1/products/:id{\\d+}', async (c) => {
  const { price } = await c.req.json()
  const [, version] = /^"(\d+)"$/.exec(c.req.header('if-match') ?? '') ?? []
  if (!version || !/^\d{1,10}\.\d{2}$/.test(price)) return c.json({ message: 'Invalid input.' }, 422)
  const id = Number(c.req.param('id'))
  const minor = Number(price.replace('.', ''))
  const row = change.get(minor, new Date().toISOString(), id, Number(version))
  if (row) return c.json(row, 200, { etag: `"${row.version}"` })
  const current = find.get(id)
  if (!current) return c.json({ message: 'There is no such product.' }, 404)
  return c.json({ current }, 412)
})

export default { hostname: '127.0.0.1', port: Number(process.env.PORT), fetch: app.fetch }
