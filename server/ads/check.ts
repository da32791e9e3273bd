/** Whether fetching would work, before the first hundreds of requests: one step after the other, each with its cause. */
import type { Clock } from '#server/platform/clock.ts'
import { addDays, dateIn } from './calendar.ts'
import { kindOf, openSource, type OpenSource, type SourceKind } from './connect.ts'
import type { Catalogue } from './definition/catalogue.ts'
import { lookUpReports } from './definition/confirm.ts'
import { ConfigurationError, FetchError, toFailure, type Failure, type FailureCode } from './errors.ts'
import type { AdsOptions, ReportName } from './options.ts'
import { queryFor } from './report.ts'
import { toRow } from './row.ts'
import { AccountDirectory, type KnownAccounts } from './run/account-directory.ts'
import { withRetries } from './run/with-retries.ts'
import { createFetchData } from './source.ts'

export interface CheckStep {
  /** `sign-in`, `account 1234567890`, `report campaign of 1234567890` */
  what: string
  ok: boolean
  detail: string
  code?: FailureCode
}

export interface Check {
  options: AdsOptions
  customerIds: readonly string[]
  reports: readonly ReportName[]
  catalogue: Catalogue
  clock: Clock
  signal: AbortSignal
  traceparent?: string | undefined
}

/** Enough to see whether queries are answered; a manager may have hundreds. */
const MAX_ASKED_ACCOUNTS = 5

/** Ends early where a step that failed makes the next ones pointless. Stores nothing. @throws ConfigurationError, the signal's reason */
export async function* checkSource(check: Check): AsyncGenerator<CheckStep> {
  const kind = kindOf(check.options)
  const source = await openSource(check.options, check.clock, check.traceparent)
  if (kind !== 'google') {
    yield* tryModule(check, source, kind)
    return
  }
  const signedIn = await signIn(source, check)
  yield signedIn
  if (!signedIn.ok) return
  const notices: string[] = []
  const accounts = await knowAccounts(check, { source, notices })
  yield* describeAccounts(accounts, notices)
  yield* tryReports(check, { source, accounts })
}

async function signIn(source: OpenSource, { signal }: Check): Promise<CheckStep> {
  const answer = await withRetries(async () => ({ token: await source.token() }), {
    signal,
    random: Math.random,
  })
  return 'failure' in answer
    ? failedStep('sign-in', answer.failure)
    : { what: 'sign-in', ok: true, detail: 'Google gives an access token' }
}

async function knowAccounts(
  { options, customerIds, clock, signal }: Check,
  { source, notices }: { source: OpenSource; notices: string[] },
): Promise<KnownAccounts> {
  const directory = new AccountDirectory(customerIds, {
    dir: options.dir,
    kind: source.kind,
    source: async () => source,
    signal,
    random: Math.random,
    nowMs: () => clock.now(),
    mayWrite: false,
    onNotice: (notice) => notices.push(notice),
  })
  return await directory.confirm()
}

function* describeAccounts(
  { customerIds, refused, accounts }: KnownAccounts,
  notices: readonly string[],
): Generator<CheckStep> {
  for (const [id, { failure }] of refused) yield failedStep(`account ${id}`, failure)
  for (const id of customerIds) {
    const account = accounts[id]
    if (!account || refused.has(id)) continue
    const { name, timeZone, currency, via } = account
    const through = via === undefined ? [] : [`through manager ${via}`]
    const detail = [name, timeZone, currency, ...through].filter((part) => part !== '').join(', ')
    yield { what: `account ${id}`, ok: true, detail }
  }
  for (const notice of notices) yield { what: 'account', ok: true, detail: notice }
}

async function* tryReports(
  { options, reports, catalogue, clock, signal }: Check,
  { source, accounts }: { source: OpenSource; accounts: KnownAccounts },
): AsyncGenerator<CheckStep> {
  const client = source.client(accounts.managers)
  const open = accounts.customerIds.filter((id) => !accounts.refused.has(id))
  const lookedUp = { catalogue, client, apiVersion: options.google.apiVersion, signal, random: Math.random }
  const { refused } = await lookUpReports(reports, lookedUp)
  for (const [report, { failure }] of refused) yield failedStep(`report ${report}`, failure)
  const asked = reports.filter((report) => !refused.has(report))
  for (const customerId of open.slice(0, MAX_ASKED_ACCOUNTS)) {
    const yesterday = addDays(dateIn(accounts.zoneOf(customerId), clock.now()), -1)
    for (const report of asked) {
      const what = `report ${report} of ${customerId}`
      const query = `${queryFor(catalogue.get(report), yesterday)} LIMIT 1`
      const answer = await withRetries(
        async (asking) => {
          let rows = 0
          for await (const _ of client?.pagedRows({ customerId, query }, asking) ?? []) rows++
          return { rows }
        },
        { signal, random: Math.random },
      )
      if ('failure' in answer) yield failedStep(what, answer.failure)
      else yield { what, ok: true, detail: answered(answer.rows > 0, yesterday) }
    }
  }
  if (open.length > MAX_ASKED_ACCOUNTS)
    yield {
      what: 'reports',
      ok: true,
      detail: `${open.length - MAX_ASKED_ACCOUNTS} more accounts were not asked`,
    }
}

/** A module, and the demo, are asked for yesterday; the rows are read as those of a run would be. */
async function* tryModule(
  { options, reports, catalogue, customerIds, clock, signal }: Check,
  source: OpenSource,
  kind: SourceKind,
): AsyncGenerator<CheckStep> {
  const whose = kind === 'demo' ? 'the demo: its figures are made up' : options.source
  yield { what: 'source', ok: true, detail: whose }
  const fetchData = await createFetchData(source.spec({}), source.token)
  const [customerId = ''] = customerIds
  const date = addDays(dateIn(options.cronTimezone ?? 'UTC', clock.now()), -1)
  for (const report of reports) {
    const what = `report ${report} of ${customerId}`
    try {
      const definition = catalogue.get(report)
      const meter = { requests: 0, units: 0 }
      const attempt = { signal, report: definition, customerId, paged: false, meter }
      let rows = 0
      for await (const raw of await fetchData(date, attempt)) {
        toRow(raw, { report, customerId, date }, definition)
        rows++
      }
      yield { what, ok: true, detail: answered(rows > 0, date) }
    } catch (error) {
      yield failedStep(what, toFailure(error))
    }
  }
}

function failedStep(what: string, { code, detail }: Failure): CheckStep {
  return { what, ok: false, detail, code }
}

function answered(hasRows: boolean, date: string): string {
  return hasRows ? `answers with rows of ${date}` : `answers, without rows of ${date}`
}

/** All steps; what keeps the check from beginning is a step of its own. */
export async function collectSteps(check: Check): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  try {
    for await (const step of checkSource(check)) steps.push(step)
  } catch (error) {
    const isKnown = error instanceof ConfigurationError || error instanceof FetchError
    if (!isKnown && !check.signal.aborted) throw error
    const detail = error instanceof Error ? error.message : String(error)
    steps.push({ what: 'check', ok: false, detail })
  }
  return steps
}
