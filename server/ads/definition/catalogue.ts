/** The reports as one store knows them: what their files say, and what Google said of their fields. */
import { ConfigurationError } from '#server/ads/errors.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import type { Report } from '#server/ads/report.ts'
import type { IndexLine } from '#server/ads/store/index-file.ts'
import { isRecord, readState, writeState } from '#server/ads/store/state.ts'
import { defineReport, type DataTypes } from './define.ts'
import { findBuiltIn, readOwnReport, reportNames } from './files.ts'
import { parseReport, type ReportText } from './text.ts'

/** A report under which dates may be stored. */
interface KnownReport {
  fingerprint: string
  text: string
  data_types: DataTypes
  /** Of Google's API, under which the fields were looked up; empty where there was none to ask. */
  api_version: string
}

type KnownByName = Readonly<Record<ReportName, readonly KnownReport[]>>

const FILE = 'reports.json'
/** So many changes of a query are remembered. */
const MAX_KNOWN = 10

export class Catalogue {
  readonly #dir: string
  readonly #folder: string
  readonly #texts = new Map<ReportName, ReportText>()
  readonly #reports = new Map<ReportName, Report>()
  #known: KnownByName

  constructor({ dir, reportsFolder }: Pick<AdsOptions, 'dir' | 'reportsFolder'>) {
    this.#dir = dir
    this.#folder = reportsFolder
    this.#known = readState(dir, FILE, isKnown) ?? {}
  }

  get names(): ReportName[] {
    return reportNames(this.#folder)
  }

  /** As its file says now. @throws ConfigurationError when there is no such report, or for a mistake in its file */
  get(name: ReportName): Report {
    const found = findBuiltIn(name) ?? this.#reports.get(name)
    if (found) return found
    const text = this.textOf(name)
    const report = defineReport(text)
    const known = this.#known[name]?.find(({ fingerprint }) => fingerprint === report.fingerprint)
    const typed = known ? defineReport(text, known.data_types) : report
    this.#reports.set(name, typed)
    return typed
  }

  /** The same; undefined also for what cannot be read. */
  find(name: ReportName): Report | undefined {
    return orUndefined(() => this.get(name))
  }

  /** Every definition under which a date of the report may have been stored, the current one first. */
  definitionsOf(name: ReportName): Report[] {
    const current = this.find(name)
    const earlier = (this.#known[name] ?? []).filter(
      ({ fingerprint }) => fingerprint !== current?.fingerprint,
    )
    const path = `${FILE} of ${this.#dir}`
    const define = ({ text, data_types }: KnownReport) =>
      orUndefined(() => defineReport(parseReport({ name, path, text }), data_types))
    return [...(current ? [current] : []), ...earlier.flatMap((each) => define(each) ?? [])]
  }

  /** Whether a date has the columns that its report has now; what no longer has a report has all it ever had. */
  isCurrent = ({ report, columns }: Pick<IndexLine, 'report' | 'columns'>): boolean => {
    const current = this.find(report)
    return !current || current.fingerprint === columns
  }

  /** Whether its fields were looked up, in this version of the API. */
  isConfirmed(name: ReportName, apiVersion: string): boolean {
    const { fingerprint } = this.get(name)
    const known = this.#known[name]?.find((each) => each.fingerprint === fingerprint)
    return fingerprint === undefined || known?.api_version === apiVersion
  }

  /** Remembers what the fields are. Only for the holder of the lock. @throws InvalidReportError, StoreError */
  async confirm(name: ReportName, dataTypes: DataTypes, apiVersion: string): Promise<void> {
    const text = this.textOf(name)
    const report = defineReport(text, dataTypes)
    const { fingerprint = '' } = report
    // Another process may have looked up others since.
    const stored = readState(this.#dir, FILE, isKnown) ?? {}
    const others = (stored[name] ?? []).filter((each) => each.fingerprint !== fingerprint)
    const known: KnownReport = {
      fingerprint,
      text: text.text,
      data_types: dataTypes,
      api_version: apiVersion,
    }
    this.#known = { ...stored, [name]: [known, ...others].slice(0, MAX_KNOWN) }
    this.#reports.set(name, report)
    await writeState(this.#dir, FILE, this.#known)
  }

  /** @throws ConfigurationError */
  textOf(name: ReportName): ReportText {
    const text = this.#texts.get(name) ?? readOwnReport(name, this.#folder)
    this.#texts.set(name, text)
    return text
  }
}

function orUndefined<T>(define: () => T): T | undefined {
  try {
    return define()
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function isKnown(value: unknown): value is KnownByName {
  return isRecord(value) && Object.values(value).every((all) => Array.isArray(all) && all.every(isOne))
}

function isOne(value: unknown): boolean {
  return isRecord(value) && typeof value['text'] === 'string' && isRecord(value['data_types'])
}
