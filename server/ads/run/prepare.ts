/** Before the first date: the accounts, the store, the plan, and what is to be said of them. */
import type { Clock } from '#server/platform/clock.ts'
import { AccountDirectory, type KnownAccounts } from './account-directory.ts'
import { dateIn } from '#server/ads/calendar.ts'
import { changedZones, describeChangedZone } from '#server/ads/changed-zones.ts'
import { commandLine } from '#server/ads/command-line.ts'
import { kindOf, type OpenSource } from '#server/ads/connect.ts'
import { versionNotice } from '#server/ads/google/versions.ts'
import { confirmReports } from '#server/ads/definition/confirm.ts'
import type { ReportName } from '#server/ads/options.ts'
import { FailureBook } from '#server/ads/store/failures.ts'
import { markAsDemo } from '#server/ads/store/ownership.ts'
import { Store } from '#server/ads/store/store.ts'
import { describeLookback, lookbacksOf, type LookbackOf } from './learned-lookback.ts'
import type { RunContext, RunLog } from './run-context.ts'
import { planTasks, type Task } from './tasks.ts'
import type { Progress } from './progress.ts'
import type { Refusal, RetryOptions } from './with-retries.ts'

export interface Prepared {
  accounts: KnownAccounts
  store: Store
  tasks: Task[]
  /** Reports that cannot be asked for, and why. */
  refusedReports: ReadonlyMap<ReportName, Refusal>
}

/** Accounts, store and plan; where there is something to fetch, the accounts as they are now. @throws EmptyRangeError */
export async function prepare(context: RunContext, source: () => Promise<OpenSource>): Promise<Prepared> {
  const { options, request, catalogue, progress, log, clock } = context
  const { dir } = options
  const onNotice = noticesOnce(log)
  if (kindOf(options) === 'demo') await markAsDemo(dir)
  if (kindOf(options) === 'google') {
    const notice = versionNotice(options.google.apiVersion, dateIn('UTC', clock.now()))
    if (notice !== undefined) onNotice(notice)
  }
  const directory = openDirectory(context, { source, onNotice })
  let accounts = await directory.learn()
  const lookbacks = lookbacksOf(options, { nowMs: clock.now(), zoneOf: (id) => accounts.zoneOf(id) })
  const store = await Store.open({
    dir,
    catalogue,
    lookbackOf: lookbacks.of,
    failures: new FailureBook(dir),
    zoneOf: (id) => accounts.zoneOf(id),
    readsBytesOf: () => request.kind === 'daily',
    onDamaged: (of, why) => log.warn({ ...of, why }, 'a damaged date file counts as missing'),
  })
  const planNow = () => plan(context, { accounts, store, onNotice, lookbackOf: lookbacks.windowOf })
  let tasks = planNow()
  let refusedReports: Prepared['refusedReports'] = new Map()
  if (tasks.some(({ due }) => due.length > 0)) {
    accounts = await directory.confirm()
    tasks = planNow()
    refusedReports = await confirmDue(tasks, context, source)
  }
  progress.activity = undefined
  progress.waiting = undefined
  if (request.kind === 'daily')
    for (const learned of lookbacks.learned())
      if (tasks.some(({ tally }) => isOf(tally, learned))) onNotice(describeLookback(learned, options))
  for (const changed of changedZones(accounts.accounts, store.lines()))
    onNotice(describeChangedZone(changed, (args) => commandLine(dir, args)))
  return { accounts, store, tasks, refusedReports }
}

async function confirmDue(
  tasks: readonly Task[],
  { options, catalogue, signal, progress, clock }: RunContext,
  source: () => Promise<OpenSource>,
): Promise<Prepared['refusedReports']> {
  const names = tasks.filter(({ due }) => due.length > 0).map(({ tally }) => tally.report)
  const { client } = await source()
  progress.activity = 'looking up the fields of the reports'
  const { apiVersion } = options.google
  const retrying = { signal, random: Math.random, onWait: waitsOn(progress, clock) }
  const confirming = { catalogue, client: client({}), apiVersion, ...retrying }
  return await confirmReports([...new Set(names)], confirming)
}

/** A plan that is made twice says the same twice. */
function noticesOnce(log: RunLog): (notice: string) => void {
  const told = new Set<string>()
  return (notice) => {
    if (!told.has(notice)) log.warn({}, notice)
    told.add(notice)
  }
}

function openDirectory(
  { options, request, progress, signal, clock }: RunContext,
  { source, onNotice }: { source: () => Promise<OpenSource>; onNotice: (notice: string) => void },
): AccountDirectory {
  return new AccountDirectory(request.customerIds, {
    dir: options.dir,
    kind: kindOf(options),
    source,
    signal,
    random: Math.random,
    nowMs: () => clock.now(),
    mayWrite: true,
    onNotice,
    onAsking: (what) => {
      progress.activity = what
    },
    onWait: waitsOn(progress, clock),
  })
}

/** While nothing moves, the progress says why and until when. */
function waitsOn(progress: Progress, clock: Clock): RetryOptions['onWait'] {
  return (wait) => {
    progress.waiting = wait && {
      reason: wait.failure.detail,
      code: wait.failure.code,
      untilMs: clock.now() + wait.afterMs,
    }
  }
}

function isOf(tally: Pick<Task['tally'], 'report' | 'customerId'>, of: typeof tally): boolean {
  return tally.report === of.report && tally.customerId === of.customerId
}

interface Planning {
  accounts: KnownAccounts
  store: Store
  lookbackOf: LookbackOf
  onNotice: (notice: string) => void
}

function plan(
  { request, options, clock }: RunContext,
  { accounts, store, onNotice, lookbackOf }: Planning,
): Task[] {
  return planTasks(
    { ...request, customerIds: accounts.customerIds },
    {
      nowMs: clock.now(),
      lookbackOf,
      limitedHistory: kindOf(options) !== 'module',
      zoneOf: accounts.zoneOf,
      present: (of) => store.get(of),
      onNotice,
    },
  )
}
