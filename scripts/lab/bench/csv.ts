/** Files of products in and out: rows a second and peak memory, which must not grow with the file. */
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { print } from './measure.ts'

export interface CsvBench {
  count: number
  database: string
}

const SMALL_SHARE = 10

/** At a tenth of the size and at the size, each in a process of its own. */
export async function benchCsv({ count, database }: CsvBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const url = async (name: string) =>
    database === 'postgres' ? await temporaryPostgres() : `file:${join(folder.path, `${name}.db`)}`
  const peaks = new Map<string, number>()
  for (const rows of [Math.floor(count / SMALL_SHARE), count]) {
    const [from, to] = [await url(`from-${rows}`), await url(`to-${rows}`)]
    const [whole, plain] = [join(folder.path, 'whole.csv'), join(folder.path, 'plain.csv')]
    await products(from, ['seed', '--count', String(rows)])
    const measured = [
      ['export', await products(from, ['export', whole])],
      ['import, nothing changes', await products(from, ['import', whole])],
      ['import, all are new', await products(to, ['import', await withoutIds(whole, plain)])],
    ] as const
    for (const [what, { ms, peakBytes }] of measured) {
      const small = peaks.get(what)
      peaks.set(what, peakBytes)
      print(
        `${what}: ${rows.toLocaleString('en')} rows on ${database}`,
        `${Math.round((rows / ms) * 1000).toLocaleString('en')} rows/s`,
        `peak ${Math.round(peakBytes / 1024 ** 2)} MB${small ? `, ${(peakBytes / small).toFixed(2)} × at a tenth (limit 1.1)` : ''}`,
      )
    }
  }
}

async function products(DATABASE_URL: string, args: string[]): Promise<{ ms: number; peakBytes: number }> {
  const start = performance.now()
  const child = Bun.spawn(['bun', join(import.meta.dir, '../../../server/cli/products.ts'), ...args], {
    env: { ...process.env, DATABASE_URL },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error(`products ${args.join(' ')} failed.`)
  return { ms: performance.now() - start, peakBytes: child.resourceUsage()?.maxRSS ?? 0 }
}

/** The same products, to be found by their SKUs alone. */
async function withoutIds(from: string, to: string): Promise<string> {
  const sink = Bun.file(to).writer()
  for await (const line of createInterface({ input: createReadStream(from) })) {
    const [, sku, name, price, , level] = parse(line)[0] ?? []
    await sink.write(stringify([[sku, name, price, level]]))
  }
  await sink.end()
  return to
}
