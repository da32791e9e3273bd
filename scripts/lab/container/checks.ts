/** What must hold in the database after the traffic, whatever happened to the servers. */
import type { SQL } from 'bun'
import type { TrafficReport } from './traffic.ts'

/** @returns what is wrong; nothing, if all is well */
export async function wrongAfter(
  sql: SQL,
  { acknowledged, unknown }: TrafficReport,
  { productIds, before }: { productIds: readonly number[]; before: ReadonlyMap<number, number> },
): Promise<string[]> {
  const wrong: string[] = []
  const after = await stockOf(sql)
  for (const id of productIds) {
    const stock = after.get(id) ?? 0
    const least = (before.get(id) ?? 0) + (acknowledged.get(id) ?? 0)
    const most = least + (unknown.get(id) ?? 0)
    if (stock < least) wrong.push(`product ${id}: ${least - stock} acknowledged writes are lost`)
    if (stock > most) wrong.push(`product ${id}: ${stock - most} writes happened twice`)
  }
  const [ledger] = await sql<{ differing: string }[]>`
    select count(*) as differing from products p
    where stock_level <> (select coalesce(sum(delta), 0) from stock_adjustments a where a.product_id = p.id)`
  if (ledger?.differing !== '0')
    wrong.push(`${ledger?.differing} products whose deltas do not sum to their stock`)
  const [feed] = await sql<{ gaps: string }[]>`select max(seq) - min(seq) + 1 - count(*) as gaps from changes`
  if (Number(feed?.gaps ?? 0) !== 0) wrong.push(`${feed?.gaps} changes are missing in the feed`)
  return wrong
}

export async function stockOf(sql: SQL): Promise<Map<number, number>> {
  const rows = await sql<{ id: string; stock: string }[]>`select id, stock_level as stock from products`
  return new Map(rows.map(({ id, stock }) => [Number(id), Number(stock)]))
}
