/** `./scripts/adstock products <import|imports|undo|export|seed>` */
import { Command, InvalidArgumentError } from 'commander'
import { SAMPLE_SIZE } from '#db/sample-catalogue.ts'
import { seed } from '#db/seed.ts'
import { openProducts } from '#server/open-products.ts'
import { readConfig } from '#server/config.ts'
import { ProblemError } from '#server/errors.ts'
import { exportProducts } from '#server/products/csv-export.ts'
import { importProducts, type RejectedLine } from '#server/products/import/import.ts'
import { productFileRoutes } from '#server/products/file-routes.ts'
import { rejectedCsv } from '#server/products/import/rejected.ts'
import { recentImports, undoImport } from '#server/products/imports.ts'
import { toImportOptions } from '#server/products/import/options.ts'
import { FIELDS, PRESETS } from '#server/products/import/headings.ts'
import { ProductImportQuery, type ImportSummary } from '#server/products/file-schema.ts'
import { parseInput } from '#server/parse-input.ts'
import { charsetNamed } from '#server/platform/charsets.ts'
import { printable } from '#server/platform/printable.ts'
import { COMMAND_LINE, working } from './recording.ts'
import { runProgram } from './run-program.ts'

const { importProducts: IMPORT } = productFileRoutes
const EXIT_REJECTED = 1
const MAX_SEED = 10_000_000
/** More than this and the reader has seen enough; `--json` has them all. */
const REJECTED_SHOWN = 20

const program = new Command('products').description('The product catalogue in DATABASE_URL.').exitOverride()

program
  .command('import')
  .description(
    `Creates or updates products, by id, else by SKU, from CSV with some of the columns ${FIELDS.join(', ')}. ` +
      `Exports of ${[...new Set(PRESETS.map(({ name }) => name))].join(', ')} are known by their headings.`,
  )
  .argument('<file>', 'a CSV file, with a header')
  .option('--dry-run', 'tell what would be done, and do nothing')
  .option('--ignore-unknown', 'leave out columns that are not known')
  .option(
    '--map <heading=column...>',
    'what a heading is, such as "Variant SKU=sku" or "Vendor=ignore"; repeatable',
  )
  .option('--columns <list>', 'of a file without a header, such as sku,stock_level')
  .option('--charset <name>', 'such as windows-1252; without it, UTF-8 or what the byte order mark says')
  .option('--delimiter <name>', 'comma, semicolon or tab, if it is not the one that is found')
  .option('--decimal <sign>', 'point or comma: which stands before the decimals')
  .option('--ignore-id', "leave the columns id and version out: the file is another catalogue's")
  .option('--clear-empty', 'an empty SKU takes the SKU away; otherwise empty cells keep what is there')
  .option('--create-without-sku', 'a line without SKU is a new product')
  .option('--keep-mangled-skus', 'take SKUs such as 4.00638E+12 as they are')
  .option('--rejected <file>', 'write the lines that were left out, with the reason, to be mended')
  .option('--json', 'the last line of stdout is the summary')
  .action(async (file: string, { json, rejected, map, charset, ...flags }: ImportFlags) => {
    const input = Bun.file(file)
    if (!(await input.exists())) throw new UsageError(`There is no file ${file}.`)
    const query = parseInput(ProductImportQuery, {
      ...Object.fromEntries(Object.entries(flags).map(([flag, value]) => [snakeCase(flag), value])),
      ...(map && { map: map.join(',') }),
      ...(charset !== undefined && { charset: charsetNamed(charset) ?? charset }),
    })
    const rejects = rejected === undefined ? undefined : Bun.file(rejected).writer()
    const toCsv = rejectedCsv()
    const options = {
      ...toImportOptions(query, COMMAND_LINE),
      onRejected: (line: RejectedLine) => void rejects?.write(toCsv(line)),
    }
    const summary = await withProducts((opened) => {
      const act = { operation: 'files.importProducts', subject: IMPORT.subject, input: query }
      return working(opened.db, act, () => importProducts(opened, input.stream(), options))
    })
    await rejects?.end()
    report(summary, json === true)
    if (summary.rejected.length > 0) process.exitCode = EXIT_REJECTED
  })

program
  .command('imports')
  .description('Lists the imports of the last 24 hours, which can be undone.')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: true }) => {
    const { items } = await withProducts((opened) => recentImports(opened))
    if (json) return console.log(JSON.stringify(items))
    if (items.length === 0) console.log('There was no import in the last 24 hours.')
    for (const { id, actor, created_at, created, updated } of items)
      console.log(`${id}  ${created_at}  ${actor}: ${created} created, ${updated} updated`)
  })

program
  .command('undo')
  .description('Undoes an import of the last 24 hours, but for products that were changed after it.')
  .argument('<import>', 'its number: see `imports`', wholeNumber)
  .option('--json', 'the last line of stdout is the summary')
  .action(async (id: number, { json }: { json?: true }) => {
    const undone = await withProducts((opened) => {
      const act = { operation: 'products.undoImport', subject: 'import', input: { id } } as const
      return working(opened.db, act, () => undoImport(opened, { id, actor: COMMAND_LINE }))
    })
    const { restored, removed, kept, kept_products } = undone
    for (const { id: product, sku, name, detail } of kept_products.slice(0, REJECTED_SHOWN))
      tell(`product ${[product, sku, name].filter((part) => part !== null).join(' ')} ${detail}`)
    if (kept > REJECTED_SHOWN) console.error(`… and ${kept - REJECTED_SHOWN} more`)
    console.log(json ? JSON.stringify(undone) : `${restored} restored, ${removed} removed, ${kept} kept`)
    if (kept > 0) process.exitCode = EXIT_REJECTED
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
      const act = { operation: 'products.seed', subject: 'product', input: {} } as const
      await working(db, act, async () => {
        await seed(db, { count, decimals: currency.decimals, now: Date.now() })
        return {}
      })
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

interface ImportFlags {
  json?: true
  rejected?: string
  map?: string[]
  charset?: string
}

function snakeCase(flag: string): string {
  return flag.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** What a file or a product says of itself. */
function tell(line: string): void {
  console.error(printable(line))
}

function report(summary: ImportSummary, json: boolean): void {
  const { import_id, created, updated, unchanged, rejected, mistakes = [], file } = summary
  if (file && file.preset !== null) console.error(`This is a file of ${file.preset}.`)
  if (file && file.ignored_columns.length > 0)
    tell(`Left out: ${file.ignored_columns.map((heading) => `"${heading}"`).join(', ')}`)
  if (rejected.length > REJECTED_SHOWN) for (const { count, detail } of mistakes) tell(`${count} × ${detail}`)
  for (const { line, detail } of rejected.slice(0, REJECTED_SHOWN)) tell(`line ${line}: ${detail}`)
  if (rejected.length > REJECTED_SHOWN) console.error(`… and ${rejected.length - REJECTED_SHOWN} more`)
  if (import_id !== undefined) console.error(`To take it back: ./scripts/adstock products undo ${import_id}`)
  if (json) console.log(JSON.stringify(summary))
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
