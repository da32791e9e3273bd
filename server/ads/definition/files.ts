/** Where reports come from: the built-in ones, and files of a folder of one's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearestName } from '#server/nearest-name.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { Report } from '#server/ads/report.ts'
import { defineReport } from './define.ts'
import { InvalidReportError, parseReport, type ReportText } from './text.ts'

const BUILT_IN_FOLDER = fileURLToPath(new URL('../reports', import.meta.url))
export const BUILT_IN_NAMES = ['campaign', 'ad_group', 'keyword', 'product'] as const

const builtIn: ReadonlyMap<string, Report> = new Map(
  BUILT_IN_NAMES.map((name) => [
    name,
    { ...defineReport(readReport(join(BUILT_IN_FOLDER, `${name}.gaql`), name)), fingerprint: undefined },
  ]),
)

/** @throws for a name of another report */
export function builtInReport(name: (typeof BUILT_IN_NAMES)[number]): Report {
  const report = findBuiltIn(name)
  if (!report) throw new Error(`There is no built-in report ${name}.`)
  return report
}

export function findBuiltIn(name: ReportName): Report | undefined {
  return builtIn.get(name)
}

const FILE = /^([a-z][a-z0-9_]{0,39})\.(gaql|ts)$/
/** The name of a file beside the reports' own. */
const TAKEN = new Set<string>([...BUILT_IN_NAMES, 'index'])

/** All names that there are, without looking into the files. */
export function reportNames(folder: string): ReportName[] {
  const files = existsSync(folder) ? readdirSync(folder) : []
  const own = files.flatMap((file) => FILE.exec(file)?.[1] ?? []).filter((name) => !TAKEN.has(name))
  return [...BUILT_IN_NAMES, ...[...new Set(own)].toSorted()]
}

/** Why there is no such report; undefined where there is one. */
export function missingReport(name: ReportName, folder: string): string | undefined {
  const names = reportNames(folder)
  if (names.includes(name)) return undefined
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return `${name} is not among ${names.join(', ')}, and there is no ${join(folder, `${name}.gaql`)}${hint}`
}

/** A report of one's own. @throws ConfigurationError when there is none of the name, or for a mistake in it */
export function readOwnReport(name: ReportName, folder: string): ReportText {
  const missing = missingReport(name, folder)
  if (missing !== undefined) throw new ConfigurationError(`There is no such report: ${missing}.`)
  const [query, module] = [join(folder, `${name}.gaql`), join(folder, `${name}.ts`)]
  if (existsSync(query) && existsSync(module))
    throw new InvalidReportError(query, `${module} is a report of the same name.`)
  return readReport(existsSync(query) ? query : module, name)
}

function readReport(path: string, name: ReportName): ReportText {
  const text = path.endsWith('.ts') ? queryOfModule(path) : readFileSync(path, 'utf8')
  return parseReport({ name, path, text })
}

/** A module makes its query: from a list, or for a version of the API. */
function queryOfModule(path: string): string {
  let exported: { query?: unknown }
  try {
    exported = createRequire(import.meta.url)(resolve(path)) as { query?: unknown }
  } catch (error) {
    throw new InvalidReportError(path, error instanceof Error ? error.message : String(error))
  }
  if (typeof exported.query === 'string') return exported.query
  throw new InvalidReportError(path, 'It exports no text named query.')
}
