/** What each thing costs from a thousand products to ten million. */
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { positive } from '#scripts/lab/harness/positive.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { COLUMNS } from './growth/columns.ts'
import { measureGrowth, type Measured } from './growth/measures.ts'
import { markdownTable } from './markdown-table.ts'
import { timed } from './measure.ts'
import { runToEnd } from './processes.ts'

const SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]

export interface GrowthBench {
  /** Of `SIZES`. */
  upTo: readonly number[]
  postgres?: true
}

/** The sizes up to one. @throws InvalidArgumentError */
export function sizesUpTo(text: string): number[] {
  const most = positive(text)
  const sizes = SIZES.filter((size) => size <= most)
  if (sizes.length === 0) throw new InvalidArgumentError(`At least ${SIZES[0]}.`)
  return sizes
}

export async function benchGrowth({ upTo, postgres }: GrowthBench): Promise<void> {
  const measured: Measured[] = []
  try {
    for (const count of upTo) {
      measured.push(await measureSize(count, postgres === true))
      console.error(table(measured.slice(-1)))
    }
  } finally {
    await stopTemporaryPostgres()
  }
  console.log(`${table(measured)}\n`)
  for (const { head, growth } of COLUMNS) console.log(`- ${head}: ${growth}`)
}

function table(measured: readonly Measured[]): string {
  const rows = measured.map((each) => [
    each.count.toLocaleString('en'),
    ...COLUMNS.map(({ cell }) => cell(each)),
  ])
  return markdownTable(['products', ...COLUMNS.map(({ head }) => head)], rows)
}

/** On a database of its own, which is gone before the next is made. */
async function measureSize(count: number, isPostgres: boolean): Promise<Measured> {
  await using folder = await temporaryFolder()
  const DATABASE_URL = isPostgres ? await temporaryPostgres() : `file:${join(folder.path, 'adstock.db')}`
  console.error(`Making up ${count.toLocaleString('en')} products …`)
  const seeding = await timed(() =>
    runToEnd(['server/cli/products.ts', 'seed', '--count', String(count)], { DATABASE_URL }),
  )
  return await measureGrowth({ count, folder: folder.path, DATABASE_URL, seedMs: seeding.ms })
}
