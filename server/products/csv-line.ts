/** One line of a product file → what it asks for. A column that is not there, or `version` left empty, asks for nothing. */
import * as v from 'valibot'
import { invalidInput } from '#server/errors.ts'
import { parseInput } from '#server/parse-input.ts'
import { unprotectCell } from './csv-format.ts'
import { toMinorUnits, type Currency } from './product.ts'
import { NewProduct, ProductId } from './schema.ts'
import type { NewRow } from './writes.ts'

export type Cells = Record<string, string>

export interface ImportOptions {
  dryRun: boolean
  actor: string
}

export interface ImportedLine {
  line: number
  id: number | undefined
  version: number | undefined
  fields: Partial<NewRow>
}

const { sku, name, price, stock_level } = NewProduct.entries
const Line = v.pipe(
  v.object({
    id: v.optional(ProductId),
    version: v.optional(ProductId),
    sku,
    name: v.optional(name),
    price: v.optional(price),
    stock_level: v.optional(stock_level.wrapped),
  }),
  v.check(
    ({ id, sku: own }) => id !== undefined || (own !== undefined && own !== null),
    'has neither id nor sku',
  ),
)

/** @throws ProblemError `INVALID_INPUT` */
export function toImportedLine(line: number, cells: Cells, currency: Currency): ImportedLine {
  if (cells['currency'] !== undefined && cells['currency'] !== currency.code) {
    throw invalidInput([{ pointer: '/currency', detail: `the catalogue is in ${currency.code}` }])
  }
  const { id, version, ...asked } = parseInput(Line, {
    ...integerCell('id', cells),
    ...integerCell('version', cells),
    ...integerCell('stock_level', cells),
    ...textCell('sku', cells, { empty: null }),
    ...textCell('name', cells, { empty: '' }),
    ...(cells['price'] !== undefined && { price: cells['price'] }),
  })
  const minor = asked.price === undefined ? undefined : toMinorUnits(asked.price, currency)
  if (minor && 'mistake' in minor) throw invalidInput([{ pointer: '/price', detail: minor.mistake }])
  return {
    line,
    id,
    version,
    fields: {
      ...(asked.sku !== undefined && { sku: asked.sku }),
      ...(asked.name !== undefined && { name: asked.name }),
      ...(minor && { priceMinor: minor.minor }),
      ...(asked.stock_level !== undefined && { stockLevel: asked.stock_level }),
    },
  }
}

function textCell(column: 'sku' | 'name', cells: Cells, { empty }: { empty: string | null }) {
  const cell = cells[column]
  return cell === undefined ? {} : { [column]: cell === '' ? empty : unprotectCell(cell) }
}

/** What does not look like an integer stays text, for the schema to refuse. */
function integerCell(column: 'id' | 'version' | 'stock_level', cells: Cells) {
  const cell = cells[column]
  if (cell === undefined || (cell === '' && column !== 'stock_level')) return {}
  return { [column]: /^\d{1,16}$/.test(cell) ? Number(cell) : cell }
}
