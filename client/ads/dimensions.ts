/** The columns that the rows of a report can be grouped by. */
import { asWords, type ReportInfo } from './days.ts'

/** A name is shown with its id. */
export function dimensionsOf(report: ReportInfo | undefined): readonly string[] {
  const all = report?.dimensions ?? []
  return all.filter((name) => !name.endsWith('_name') || !all.includes(name.replace(/_name$/, '_id')))
}

const MAIN_DIMENSIONS: ReadonlyMap<string, string> = new Map([
  ['campaign', 'campaign_id'],
  ['ad_group', 'ad_group_id'],
  ['keyword', 'keyword_text'],
  ['product', 'product_item_id'],
])

/** Of another report, what comes last: the finest of its columns, as a rule. */
export function mainDimension(report: ReportInfo | undefined): string | undefined {
  return report && (MAIN_DIMENSIONS.get(report.name) ?? dimensionsOf(report).at(-1))
}

/** `campaign_id` as “Campaign”. */
export function wordsFor(dimension: string): string {
  return asWords(dimension.replace(/_(item_)?id$/, ''))
}
