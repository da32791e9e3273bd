/** Which report a caller means, and by which of its columns: the names depend on the configuration. */
import { invalidInput } from '#server/errors.ts'
import type { Ads, GroupBy } from './ads.ts'
import { ConfigurationError } from './errors.ts'
import { NAMED_GROUPS } from './groups.ts'
import type { ReportName } from './options.ts'
import { dimensionsOf, type Report } from './report.ts'
import { GROUP_FORMAT, REPORT_FORMAT } from './schema.ts'

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

/** Sums by date are the campaigns' when there is such a report: keywords and products do not cover everything. */
export function groupBy(ads: Ads, group: string, asked: ReportName | undefined): GroupBy {
  const { reports } = ads
  const named = NAMED_GROUPS.get(group)
  if (named && asked !== undefined && asked !== named.report)
    throw invalidInput([{ pointer: '/report', detail: `group_by=${group} reads the report ${named.report}` }])
  if (group === 'date') {
    const whole = reports.includes('campaign') ? 'campaign' : (reports[0] ?? 'campaign')
    return { report: knownReport(ads, asked ?? whole), dimension: undefined }
  }
  const dimension = named?.column ?? group
  const only = named?.report ?? asked
  const candidates = only === undefined ? readableReports(ads) : [knownReport(ads, only)]
  const report = candidates.find((each) => dimensionsOf(each).some(({ name }) => name === dimension))
  if (report) return { report, dimension }
  const detail = `must be one of ${groupsOf(candidates).join(', ')}`
  throw invalidInput([{ pointer: '/group_by', detail }])
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
