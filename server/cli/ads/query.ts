/** query: the rows of a SELECT, as a table for people, as CSV, or as JSON. */
import Table from 'cli-table3'
import { stringify } from 'csv-stringify/sync'
import { queryStore, type Cell, type Selected, type SelectedColumn } from '#server/ads/offline.ts'
import { printable } from '#server/platform/printable.ts'
import { settingsOf, type Flags } from './options.ts'
import { count, Output, storeLine } from './output.ts'

/** @throws ConfigurationError */
export async function runQuery(flags: Flags, [sql = '']: readonly string[]): Promise<number> {
  const { options } = settingsOf(flags)
  const { source, ...selected } = await queryStore({ ...options, sql, onNotice: noticeOnStderr })
  const output = new Output({ json: flags.json === true || flags.csv === true })
  await print(textOf(selected, flags, source))
  output.say(storeLine(options.dir, source))
  return 0
}

function noticeOnStderr(line: string): void {
  console.error(`Notice: ${line}`)
}

async function print(texts: AsyncIterable<string>): Promise<void> {
  const sink = Bun.stdout.writer()
  try {
    for await (const text of texts) {
      await sink.write(text)
      await sink.flush()
    }
  } catch (error) {
    // A reader such as `head` has seen enough.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

function textOf(selected: Selected, flags: Flags, source: string | undefined): AsyncIterable<string> {
  if (flags.csv) return csvOf(selected)
  return flags.json ? jsonOf(selected, source) : tableOf(selected)
}

async function* csvOf({ columns, batches }: Selected): AsyncGenerator<string> {
  yield csvLines([columns.map(({ name }) => name)])
  for await (const rows of batches) yield csvLines(rows.map((row) => row.map(plainText)))
}

/** Quoted as in the store: a bare carriage return too. */
function csvLines(rows: string[][]): string {
  return stringify(rows, { quoted_match: '\r' })
}

/** Written row by row: a number keeps every digit, which a JavaScript number might not hold. */
async function* jsonOf({ columns, batches }: Selected, source: string | undefined): AsyncGenerator<string> {
  const names = columns.map(({ name }) => JSON.stringify(name))
  yield `{"source":${JSON.stringify(source ?? null)},"columns":[${names.join(',')}],"rows":[`
  let separator = ''
  for await (const rows of batches) {
    const texts = rows.map(
      (row) =>
        `{${columns.map((column, index) => `${names[index]}:${jsonText(row[index] ?? null, column)}`).join(',')}}`,
    )
    yield separator + texts.join(',')
    separator = ','
  }
  yield ']}\n'
}

const DIGITS = /^-?\d+(?:\.\d+)?$/

function jsonText(cell: Cell, { isNumber }: SelectedColumn): string {
  return isNumber && typeof cell === 'string' && DIGITS.test(cell) ? cell : JSON.stringify(cell)
}

/** A width is known only when all rows are, and a terminal is no place for more. */
const MAX_TABLE_ROWS = 1_000

async function* tableOf({ columns, batches }: Selected): AsyncGenerator<string> {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  })
  let total = 0
  for await (const rows of batches) {
    total += rows.length
    const room = MAX_TABLE_ROWS - table.length
    table.push(...rows.slice(0, room).map((row) => row.map((cell) => printable(plainText(cell)))))
  }
  yield `${table.toString().replaceAll(/ +$/gm, '')}\n`
  if (total > table.length) yield `the first ${count(table.length)} of `
  yield `${count(total)} ${total === 1 ? 'row' : 'rows'}\n`
}

/** Nothing is drawn: columns are told apart by space. */
const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-left`, `${side}-mid`, `${side}-right`])
    .map((place) => [place, '']),
)

function plainText(cell: Cell): string {
  if (cell === null) return ''
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}
