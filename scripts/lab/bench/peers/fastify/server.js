/** Products in SQLite, read by a prepared statement; answers are written by the response's schema. */
import Database from 'better-sqlite3'
import Fastify from 'fastify'

const COLUMNS = `id, sku, name, printf('%d.%02d', price_minor / 100, price_minor % 100) as price, currency, stock_level,
  version, created_at, updated_at, gtin, ads_item_id, low_stock_at`

const database = new Database(process.env.DATABASE)
database.pragma('synchronous = full')
const find = database.prepare(`select ${COLUMNS} from products where id = ?`)
const change = database.prepare(
  `update products set price_minor = ?, version = version + 1, updated_at = ?
   where id = ? and version = ? returning ${COLUMNS}`,
)

const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const integer = { type: 'integer' }
const product = {
  type: 'object',
  properties: {
    id: integer,
    sku: textOrNull,
    name: text,
    price: text,
    currency: text,
    stock_level: integer,
    version: integer,
    created_at: text,
    updated_at: text,
    gtin: textOrNull,
    ads_item_id: textOrNull,
    low_stock_at: { type: ['integer', 'null'] },
  },
}
const params = { type: 'object', properties: { id: integer } }
const headers = {
  type: 'object',
  required: ['if-match'],
  properties: { 'if-match': { ...text, pattern: '^"\\d+"$' } },
}
const body = {
  type: 'object',
  required: ['price'],
  properties: { price: { ...text, pattern: '^\\d{1,10}\\.\\d{2}$' } },
}
const response = { 200: product }

const app = Fastify()

app.get('/v1/products/:id', { schema: { params, response } }, (request, reply) => {
  const row = find.get(request.params.id)
  if (!row) return reply.code(404).send({ message: 'There is no such product.' })
  return reply.header('etag', `"${row.version}"`).send(row)
})

app.patch('/v1/products/:id', { schema: { params, headers, body, response } }, (request, reply) => {
  const { id } = request.params
  const minor = Number(request.body.price.replace('.', ''))
  const version = Number(request.headers['if-match'].slice(1, -1))
  const row = change.get(minor, new Date().toISOString(), id, version)
  if (row) return reply.header('etag', `"${row.version}"`).send(row)
  const current = find.get(id)
  if (!current) return reply.code(404).send({ message: 'There is no such product.' })
  return reply.code(412).send({ current })
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
