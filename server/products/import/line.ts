/** One record of a product file → what it asks for. A cell that is empty asks for nothing. */
import * as v from 'valibot'
import type { InputIssue } from '#server/errors.ts'
import { unprotectCell } from '#server/products/csv-format.ts'
import { toMinorUnits, type Currency } from '#server/products/product.ts'
import {
  AdsItemId,
  Gtin,
  LowStockAt,
  NewProduct,
  NewStockAdjustment,
  ProductId,
} from '#server/products/schema.ts'
import type { NewRow } from '#server/products/new-row.ts'
import { readPrice, readWhole, type Amount, type DecimalSign } from './amounts.ts'
import type { Field } from './headings.ts'

export type Cells = Partial<Record<Field, string>>

export interface LineOptions {
  currency: Currency
  decimal: DecimalSign | undefined
  /** The ids and versions of a file from another catalogue mean nothing here. */
  ignoreId: boolean
  /** An empty SKU, GTIN, item id or threshold takes the product's away. */
  clearEmpty: boolean
  /** SKUs such as 4.00638E+12 are meant. */
  keepMangledSkus: boolean
  /** A line without id and SKU is a new product. */
  createWithoutSku: boolean
}

export interface ImportedLine {
  line: number
  id: number | undefined
  version: number | undefined
  fields: Partial<NewRow>
  stockDelta: number | undefined
}

/** What a spreadsheet makes of a long number. */
const MANGLED = /^\d(?:[.,]\d+)?e\+\d+$/i

const { sku: Sku, name: Name, stock_level } = NewProduct.entries
const { delta: Delta } = NewStockAdjustment.entries
const StockLevel = stock_level.wrapped

/** @returns the line, or everything that is wrong with it, each once */
export function readLine(line: number, cells: Cells, options: LineOptions): ImportedLine | InputIssue[] {
  const issues: InputIssue[] = []
  const reject = (field: Field | '', detail: string): undefined =>
    void issues.push({ pointer: field && `/${field}`, detail })
  const text = (field: Field) => {
    const cell = cells[field]?.trim() ?? ''
    return cell === '' ? undefined : cell
  }
  const checked = <T>(field: Field, schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined => {
    const result = v.safeParse(schema, value)
    return result.success ? result.output : reject(field, result.issues[0].message)
  }
  const amount = (field: Field, read: (cell: string) => Amount): string | undefined => {
    const cell = text(field)
    if (cell === undefined) return undefined
    const found = read(cell)
    return 'mistake' in found ? reject(field, found.mistake) : found.amount
  }
  const whole = (field: Field, schema: v.GenericSchema<unknown, number>): number | undefined => {
    const found = amount(field, (cell) => readWhole(cell, options.decimal))
    return found === undefined ? undefined : checked(field, schema, Number(found))
  }
  const priceMinor = () => {
    const found = amount('price', (cell) => readPrice(cell, options))
    if (found === undefined) return undefined
    const read = toMinorUnits(found, options.currency)
    return 'mistake' in read ? reject('price', read.mistake) : read.minor
  }
  const sku = () => {
    const cell = text('sku')
    if (cell === undefined)
      return options.clearEmpty && cells.sku !== undefined && text('id') !== undefined ? null : undefined
    if (MANGLED.test(cell) && !options.keepMangledSkus)
      return reject(
        'sku',
        `"${cell}" is what a spreadsheet makes of a long number: format the column as text and export again`,
      )
    return checked('sku', Sku, unprotectCell(cell))
  }
  /** An empty cell keeps what is there, unless empty ones clear. */
  const optional = <T>(field: Field, read: (cell: string) => T): T | null | undefined => {
    const cell = text(field)
    if (cell !== undefined) return read(cell)
    return options.clearEmpty && cells[field] !== undefined ? null : undefined
  }
  const currency = text('currency')
  if (currency !== undefined && currency !== options.currency.code)
    reject('currency', `the catalogue is in ${options.currency.code}`)
  const own = (field: 'id' | 'version') => (options.ignoreId ? undefined : whole(field, ProductId))
  const name = text('name')
  const read = {
    id: own('id'),
    version: own('version'),
    sku: sku(),
    // Shopify writes an apostrophe before it, for spreadsheets.
    gtin: optional('gtin', (cell) => checked('gtin', Gtin, cell.replace(/^'/, ''))),
    adsItemId: optional('ads_item_id', (cell) => checked('ads_item_id', AdsItemId, unprotectCell(cell))),
    lowStockAt: optional('low_stock_at', () => whole('low_stock_at', LowStockAt.wrapped)),
    name: name === undefined ? undefined : checked('name', Name, unprotectCell(name)),
    priceMinor: priceMinor(),
    stockLevel: whole('stock_level', StockLevel),
    stockDelta: whole('stock_delta', Delta),
  }
  if (read.stockLevel !== undefined && read.stockDelta !== undefined)
    reject('stock_delta', 'give a stock_level or a stock_delta, not both')
  if (issues.length > 0) return issues
  const { id, version, stockDelta, ...fields } = read
  if (id === undefined && typeof fields.sku !== 'string' && !options.createWithoutSku)
    return [{ pointer: '', detail: 'has neither id nor sku' }]
  return { line, id, version, stockDelta, fields: given(fields) }
}

function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
