/** What a database has, in numbers that a copy of it has as well. */
import { SQL } from 'bun'

export interface Contents {
  /** Rows of each table. */
  tables: Record<string, number>
  /** Pieces of all products. */
  stock: number
  /** Of the whole ledger. */
  ledgerSum: number
  /** Products whose stock is not what their ledger adds up to. */
  unexplained: number
}

const TABLES = {
  sqlite: `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`,
  postgres: `select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'`,
}
const SUMS = `select
  (select coalesce(sum(stock_level), 0) from products) as stock,
  (select coalesce(sum(delta), 0) from stock_adjustments) as ledger_sum,
  (select count(*) from products where stock_level <> (
    select coalesce(sum(delta), 0) from stock_adjustments where product_id = products.id)) as unexplained`

type Run = Pick<SQL, 'unsafe'>
/** PostgreSQL gives sums and counts as text. */
type Numeric = number | string

export async function readContents(sql: Run, dialect: keyof typeof TABLES): Promise<Contents> {
  const tables: Contents['tables'] = {}
  const names: { name: string }[] = await sql.unsafe(TABLES[dialect])
  for (const { name } of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [counted]: { rows: Numeric }[] = await sql.unsafe(`select count(*) as rows from "${name}"`)
    tables[name] = Number(counted?.rows)
  }
  const [sums]: { stock: Numeric; ledger_sum: Numeric; unexplained: Numeric }[] = await sql.unsafe(SUMS)
  return {
    tables,
    stock: Number(sums?.stock),
    ledgerSum: Number(sums?.ledger_sum),
    unexplained: Number(sums?.unexplained),
  }
}

/** @param path of a SQLite file that nothing writes to */
export async function contentsOfFile(path: string): Promise<Contents> {
  await using sql = new SQL({ adapter: 'sqlite', filename: path, readonly: true })
  return await readContents(sql, 'sqlite')
}
