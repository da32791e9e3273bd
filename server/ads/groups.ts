/**
 * Sums by date, campaign or product, straight from the store. Accounts of different currencies are never added up: a
 * group is of one currency.
 */
import { addRow, addSums, derive, noSums, toWire, type Sums } from './metric.ts'
import type { ReportName } from './options.ts'
import type { Row } from './row.ts'
import type { ReportRow } from './schema.ts'
import { readRows } from './store/date-file.ts'
import type { IndexLine } from './store/index-file.ts'
import { datePath } from './store/layout.ts'

interface Group {
  name: string
  /** ISO 4217; empty while it is not known. */
  currency: string
  sums: Sums
  /** The newest row of the group: names change, and the last one is the one people know. */
  latest: Row
}

interface Grouping {
  dir: string
  currencyOf: (customerId: string) => string
}

export const REPORT_OF_GROUP = { campaign: 'campaign', product: 'product' } as const satisfies Record<
  string,
  ReportName
>

const CAMPAIGN_ID = 2
const CAMPAIGN_NAME = 3
export const PRODUCT_ITEM_ID = 4

/** From the index alone. @param lines by date */
export function rowsByDate(lines: readonly IndexLine[], { currencyOf }: Grouping): ReportRow[] {
  const groups = new Groups()
  for (const { date, customerId, sums } of lines)
    addSums(groups.of(date, currencyOf(customerId), []).sums, sums)
  return groups.all.map(({ name, currency, sums }) => ({
    date: name,
    currency,
    ...toWire(sums),
    ...derive(sums),
  }))
}

export async function rowsByCampaign(lines: readonly IndexLine[], by: Grouping): Promise<ReportRow[]> {
  const groups = await groupRows(lines, CAMPAIGN_ID, by)
  return mostSpentFirst(groups).map(({ name, currency, sums, latest }) => ({
    campaign_id: name,
    campaign_name: latest[CAMPAIGN_NAME] ?? '',
    currency,
    ...toWire(sums),
    ...derive(sums),
  }))
}

export async function rowsByProduct(lines: readonly IndexLine[], by: Grouping): Promise<ReportRow[]> {
  return mostSpentFirst(await groupsByProduct(lines, by)).map(({ name, currency, sums }) => ({
    product_item_id: name,
    currency,
    ...toWire(sums),
    ...derive(sums),
  }))
}

async function groupsByProduct(lines: readonly IndexLine[], by: Grouping): Promise<Group[]> {
  return await groupRows(lines, PRODUCT_ITEM_ID, by)
}

/** Reads the date files; `column` is the index of the cell that names the group. */
async function groupRows(
  lines: readonly IndexLine[],
  column: number,
  { dir, currencyOf }: Grouping,
): Promise<Group[]> {
  const groups = new Groups()
  for (const line of lines) {
    if (line.rows === 0) continue
    const currency = currencyOf(line.customerId)
    for await (const row of readRows(datePath(dir, line), line.report)) {
      const group = groups.of(row[column] ?? '', currency, row)
      addRow(group.sums, row)
      group.latest = row
    }
  }
  return groups.all
}

class Groups {
  readonly #byCurrency = new Map<string, Map<string, Group>>()

  of(name: string, currency: string, latest: Row): Group {
    const own = this.#byCurrency.get(currency) ?? new Map<string, Group>()
    this.#byCurrency.set(currency, own)
    const group = own.get(name) ?? { name, currency, sums: noSums(), latest }
    own.set(name, group)
    return group
  }

  get all(): Group[] {
    return [...this.#byCurrency.values()].flatMap((groups) => [...groups.values()])
  }
}

/** Within a currency: amounts of two currencies have no order. */
function mostSpentFirst(groups: readonly Group[]): Group[] {
  return groups.toSorted(
    (a, b) => compare(a.currency, b.currency) || Number(b.sums.cost_micros - a.sums.cost_micros),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
