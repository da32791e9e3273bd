/** Which report a caller means, and by which of its columns: the names depend on the configuration. */
import { invalidInput } from '#server/errors.ts'
import type { Ads } from './ads.ts'
import { daysBetween, type DateRange } from './calendar.ts'
import { ConfigurationError } from './errors.ts'
import { NAMED_GROUPS, type GroupBy } from './groups.ts'
import type { ReportName } from './options.ts'
import { dimensionsOf, type Report } from './report.ts'
import type { ReportQuery } from './report-schema.ts'
import { GROUP_FORMAT, MAX_RANGE_DAYS, REPORT_FORMAT } from './schema.ts'

/** @throws ProblemError `INVALID_INPUT`, also for a mistake in the report's file */
export function knownReport({ catalogue }: Ads, name: ReportName, pointer = '/report'): Report {
  if (!catalogue.names.includes(name))
    throw invalidInput([{ pointer, detail: `must be one of ${catalogue.names.join(', ')}` }])
  try {
    return catalogue.get(name)
  } catch (error) {
    if (error instanceof ConfigurationError) throw invalidInput([{ pointer, detail: error.message }])
    throw error
  }
}

/** @throws ProblemError `INVALID_INPUT` */
export function groupBy(ads: Ads, query: ReportQuery): GroupBy {
  const { report, dimension } = chosen(ads, query)
  const { interval, trend } = query
  refuse(dimension !== undefined && interval !== undefined, '/interval', 'is for group_by=date')
  refuse(dimension === undefined && trend !== undefined, '/trend', 'is for groups other than date')
  const before = comparedRange(query)
  refuse(dimension === undefined && before !== undefined, '/compare_from', 'is for groups other than date')
  return { report, dimension, interval: interval ?? 'day', only: filterOf(report, query), before, trend }
}

/** Sums by date are the campaigns' when there is such a report: keywords and products do not cover everything. */
function chosen(ads: Ads, { group_by: group, report: asked }: ReportQuery) {
  const { reports } = ads
  const named = NAMED_GROUPS.get(group)
  if (named && asked !== undefined && asked !== named.report)
    throw invalidInput([{ pointer: '/report', detail: `group_by=${group} reads the report ${named.report}` }])
  if (group === 'date') {
    const whole = reports.includes('campaign') ? 'campaign' : (reports[0] ?? 'campaign')
    return { report: knownReport(ads, asked ?? whole), dimension: undefined }
  }
  const name = named?.column ?? group
  const only = named?.report ?? asked
  const candidates = only === undefined ? readableReports(ads) : [knownReport(ads, only)]
  for (const report of candidates) {
    const dimension = dimensionsOf(report).find((each) => each.name === name)
    if (dimension) return { report, dimension }
  }
  const detail = `must be one of ${groupsOf(candidates).join(', ')}`
  throw invalidInput([{ pointer: '/group_by', detail }])
}

function comparedRange({ compare_from: from, compare_to: to }: ReportQuery): DateRange | undefined {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined) throw invalidInput([{ pointer: '/compare_from', detail: 'is missing' }])
  if (to === undefined) throw invalidInput([{ pointer: '/compare_to', detail: 'is missing' }])
  refuse(from > to, '/compare_from', 'must not be after compare_to')
  refuse(
    daysBetween(from, to) >= MAX_RANGE_DAYS,
    '/compare_from',
    `the range must not exceed ${MAX_RANGE_DAYS} days`,
  )
  return { from, to }
}

function filterOf(report: Report, { filter_by: name, filter_value: value }: ReportQuery): GroupBy['only'] {
  if (name === undefined) {
    refuse(value !== undefined, '/filter_by', 'is missing')
    return undefined
  }
  const dimensions = dimensionsOf(report)
  const column = dimensions.find((each) => each.name === name)
  if (!column) {
    const detail = `must be one of ${dimensions.map((each) => each.name).join(', ')}`
    throw invalidInput([{ pointer: '/filter_by', detail }])
  }
  if (value === undefined) throw invalidInput([{ pointer: '/filter_value', detail: 'is missing' }])
  return { column, value }
}

function refuse(isWrong: boolean, pointer: string, detail: string): void {
  if (isWrong) throw invalidInput([{ pointer, detail }])
}

/** Those that are asked for each day first. */
function readableReports({ reports, catalogue }: Ads): Report[] {
  return [...new Set([...reports, ...catalogue.names])].flatMap((name) => catalogue.find(name) ?? [])
}

function groupsOf(reports: readonly Report[]): string[] {
  const columns = reports.flatMap((report) => dimensionsOf(report).map(({ name }) => name))
  return [...new Set(['date', ...NAMED_GROUPS.keys(), ...columns])]
}

/** What the names of reports and of their columns are in this configuration, for the OpenAPI document. */
export function adsFormats(ads: Ads): Record<string, object> {
  const readable = readableReports(ads)
  return {
    [REPORT_FORMAT]: {
      type: 'string',
      enum: readable.map(({ name }) => name),
      description: 'A built-in report, or one of your own: a file of ADS_REPORTS_FOLDER.',
    },
    [GROUP_FORMAT]: {
      type: 'string',
      enum: groupsOf(readable),
      default: 'date',
      description:
        '`date`, or a column of the report that is no metric; without `report`, of the first one that has it. `campaign` and `product` are the ids of these reports.',
    },
  }
}
