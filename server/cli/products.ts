/** `bun run products <import|export|seed>` */
import { Command, InvalidArgumentError } from 'commander'
import { SAMPLE_SIZE } from '#db/sample-catalogue.ts'
import { seed } from '#db/seed.ts'
import { openProducts } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { ProblemError } from '#server/errors.ts'
import { exportProducts } from '#server/products/csv-export.ts'
import { CSV_COLUMNS } from '#server/products/csv-format.ts'
import { importProducts } from '#server/products/csv-import.ts'
import type { ImportSummary } from '#server/products/schema.ts'
import { runProgram } from './run-program.ts'

const EXIT_REJECTED = 1
const MAX_SEED = 10_000_000
/** More than this and the reader has seen enough; `--json` has them all. */
const REJECTED_SHOWN = 20

const program = new Command('products').description('The product catalogue in DATABASE_URL.').exitOverride()

program
  .command('import')
  .description(
    `Creates or updates products, by id, else by SKU, from CSV with some of the columns ${CSV_COLUMNS.join(', ')}.`,
  )
  .argument('<file>', 'a CSV file in UTF-8, with a header')
  .option('--dry-run', 'tell what would be done, and do nothing')
  .option('--json', 'the last line of stdout is the summary')
  .action(async (file: string, { json, dryRun = false }: { json?: true; dryRun?: boolean }) => {
    const input = Bun.file(file)
    if (!(await input.exists())) throw new UsageError(`There is no file ${file}.`)
    const summary = await withProducts((opened) =>
      importProducts(opened, input.stream(), { dryRun, actor: 'command line' }),
    )
    report(summary, json === true)
    if (summary.rejected.length > 0) process.exitCode = EXIT_REJECTED
  })

program
  .command('export')
  .description('Writes the catalogue as CSV; importing it again changes nothing.')
  .argument('[file]', 'where to; without it, to stdout')
  .action(async (file?: string) => {
    const sink = file === undefined ? Bun.stdout.writer() : Bun.file(file).writer()
    await withProducts(async (opened) => {
      for await (const part of exportProducts(opened, {})) {
        await sink.write(part)
        await sink.flush()
      }
    })
    await sink.end()
  })

program
  .command('seed')
  .description('Adds the sample catalogue, the same products on every machine.')
  .option('--count <n>', 'how many products', wholeNumber, SAMPLE_SIZE)
  .option('--if-empty', 'only when there is no product at all')
  .action(async ({ count, ifEmpty }: { count: number; ifEmpty?: true }) => {
    await withProducts(async ({ db, products, currency }) => {
      if (ifEmpty && (await products.count({})).value > 0) return
      await seed(db, { count, decimals: currency.decimals, now: Date.now() })
      console.log(`${(await products.count({})).value} products are in the catalogue.`)
    })
  })

type Opened = Awaited<ReturnType<typeof openProducts>> & {
  currency: ReturnType<typeof readConfig>['currency']
}

async function withProducts<T>(run: (opened: Opened) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  await using resources = new AsyncDisposableStack()
  return await run({ ...(await openProducts(config, resources)), currency: config.currency })
}

function report({ created, updated, unchanged, rejected }: ImportSummary, json: boolean): void {
  for (const { line, detail } of rejected.slice(0, REJECTED_SHOWN)) console.error(`line ${line}: ${detail}`)
  if (rejected.length > REJECTED_SHOWN) console.error(`… and ${rejected.length - REJECTED_SHOWN} more`)
  if (json) console.log(JSON.stringify({ created, updated, unchanged, rejected }))
  else
    console.log(`${created} created, ${updated} updated, ${unchanged} unchanged, ${rejected.length} rejected`)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,8}$/.test(text) || Number(text) > MAX_SEED)
    throw new InvalidArgumentError(`a whole number up to ${MAX_SEED}`)
  return Number(text)
}

class UsageError extends Error {}

await runProgram(program, { usage: [UsageError, ProblemError] })
