/** What the ads place knows, and when it asks again. */
import { keepPreviousData, skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useMemo, useRef } from 'react'
import { useSearchParams } from 'wouter'
import { announce } from '#client/ui/announce.tsx'
import { notify } from '#client/ui/notices.tsx'
import { queryClient, trpc } from '#client/ui/trpc.ts'
import { describeError, isHopeless } from '#client/ui/describe-error.ts'
import { daysOf } from './calendar-days.ts'
import type { ReportName, Run } from './days.ts'
import type { Range } from './range.ts'
import { isActive, outcomeOf } from './run-labels.ts'

const ACTIVE_POLL_MS = 5_000
/** A run may also be started from a terminal, or by the daily job. */
const IDLE_POLL_MS = 10_000
/** Any date will do to learn which reports and accounts there are. */
const SOME_DATE = '2026-01-01'

export function useRuns() {
  return useQuery(
    trpc.ads.runs.queryOptions(
      {},
      {
        refetchInterval: (query) =>
          query.state.data?.items.some(isActive) === true ? ACTIVE_POLL_MS : IDLE_POLL_MS,
      },
    ),
  )
}

export interface Choice {
  report: ReportName
  customerId: string
}

/** Which report and account is shown: as the address says, else the first that there is. */
export function useChoice() {
  const [params, setParams] = useSearchParams()
  const probe = useQuery(
    trpc.ads.calendar.queryOptions({ from: SOME_DATE, to: SOME_DATE }, { staleTime: Infinity }),
  )
  const reports = probe.data?.reports.map(({ name }) => name) ?? []
  const accounts = probe.data?.accounts ?? []
  const report = reports.find((each) => each === params.get('report')) ?? reports[0]
  const { customer_id: customerId } =
    accounts.find(({ customer_id }) => customer_id === params.get('account')) ?? accounts[0] ?? {}
  const choose = (name: 'report' | 'account', value: string) =>
    setParams(
      (before) => {
        before.set(name, value)
        return before
      },
      { replace: true },
    )
  return {
    reports,
    accounts,
    choice: report && customerId !== undefined ? { report, customerId } : undefined,
    choose,
    error: probe.error,
    retry: () => void probe.refetch(),
  }
}

/** @param withFigures whether the days are looked at; until then their states are enough */
export function useDays(choice: Choice | undefined, withFigures: boolean) {
  const of = choice && { report: choice.report, customer_id: choice.customerId }
  const calendar = useQuery(
    trpc.ads.calendar.queryOptions(of ?? skipToken, { placeholderData: keepPreviousData }),
  )
  const figured = useQuery(trpc.ads.days.queryOptions(of && withFigures ? of : skipToken))
  const { data, error, refetch, isPlaceholderData } = calendar
  const days = figured.data?.days
  return {
    data: useMemo(() => data && daysOf(data, days), [data, days]),
    calendar: data?.calendars[0],
    error: error ?? figured.error,
    isPlaceholderData,
    retry: () => void Promise.all([refetch(), withFigures && figured.refetch()]),
  }
}

/** What a run stores shows as it comes: the states soon, the sums now and then, and all of it at the end. */
export function useNewsOfRun(run: Run | undefined): void {
  const isFetching = run !== undefined && isActive(run)
  const stored = run && `${run.id} ${run.done} ${run.failed_count}`
  const wasFetching = useRef(isFetching)
  useEffect(() => {
    if (isFetching && stored !== undefined) for (const refresh of [refreshStates, refreshSums]) refresh()
    else if (wasFetching.current) void queryClient.invalidateQueries({ queryKey: trpc.ads.pathKey() })
    wasFetching.current = isFetching
  }, [isFetching, stored])
}

const STATES_EVERY_MS = 1_000
/** They read files. */
const SUMS_EVERY_MS = 10_000

const refreshStates = atMostEvery(STATES_EVERY_MS, () =>
  queryClient.invalidateQueries({ queryKey: trpc.ads.calendar.pathKey() }),
)
const refreshSums = atMostEvery(SUMS_EVERY_MS, () =>
  queryClient.invalidateQueries({ queryKey: trpc.ads.report.pathKey() }),
)

function atMostEvery(ms: number, does: () => Promise<void>): () => void {
  let isDue = false
  return () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      void does()
    }, ms)
  }
}

/** While a run is under way, each change of it comes by itself; asking is for when the stream is cut. */
export function useLiveRun(run: Run | undefined): void {
  const id = run && isActive(run) ? run.id : undefined
  useSubscription(
    trpc.ads.onRun.subscriptionOptions(id === undefined ? skipToken : { id }, {
      onData: ({ data }) =>
        queryClient.setQueryData(trpc.ads.runs.queryKey({}), (known) => ({
          next_run_at: null,
          ...known,
          items: [data, ...(known?.items ?? []).filter((each) => each.id !== data.id)],
        })),
    }),
  )
}

/** What fetching the missing days would take: of the range, or of the two years. */
export function useForecast(choice: Choice | undefined, range?: Range & { refresh: boolean }) {
  return useQuery(
    trpc.ads.forecast.queryOptions(
      choice ? { ...range, report: choice.report, customer_id: choice.customerId } : skipToken,
      { placeholderData: keepPreviousData },
    ),
  )
}

export function useCancelRun() {
  return useMutation(
    trpc.ads.cancelRun.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.ads.runs.pathKey() }),
      onError: (error) => {
        const { what, detail, requestId } = describeError(error)
        notify({ what: `The fetch was not stopped: ${what}`, detail, requestId, retry: undefined })
      },
    }),
  )
}

/** Says how a run ended that was seen running. */
export function useOutcome(run: Run | undefined): void {
  const followed = useRef<string>(undefined)
  useEffect(() => {
    if (!run) return
    if (isActive(run)) followed.current = run.id
    else if (followed.current === run.id) {
      followed.current = undefined
      announce(outcomeOf(run))
    }
  }, [run])
}

export function useStartRun() {
  const start = useMutation(
    trpc.ads.startRun.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.ads.pathKey() }),
      onError: (error, input) => {
        const { what, detail, requestId } = describeError(error)
        notify({
          what: `Nothing was fetched: ${what}`,
          detail,
          requestId,
          retry: isHopeless(error) ? undefined : { label: 'Try again', run: () => start.mutate(input) },
        })
      },
    }),
  )
  return start
}
