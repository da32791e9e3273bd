/** What the ads place knows, and how often it asks while something is under way. */
import { keepPreviousData, skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'wouter'
import { announce } from '#client/ui/announce.tsx'
import { notify } from '#client/ui/notices.tsx'
import { queryClient, trpc } from '#client/ui/trpc.ts'
import { describeError, isHopeless } from '#client/ui/describe-error.ts'
import type { ReportName, Run } from './days.ts'
import type { Range } from './range.ts'
import { isActive, outcomeOf } from './run-labels.ts'

const ACTIVE_POLL_MS = 5_000
const DAYS_POLL_MS = 2_000
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
    trpc.ads.days.queryOptions({ from: SOME_DATE, to: SOME_DATE }, { staleTime: Infinity }),
  )
  const found = probe.data?.days ?? []
  const reports = [...new Set(found.map(({ report }) => report))]
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

export function useDays(choice: Choice | undefined, isFetching: boolean) {
  const wasFetching = useRef(isFetching)
  const days = useQuery(
    trpc.ads.days.queryOptions(
      choice ? { report: choice.report, customer_id: choice.customerId } : skipToken,
      { placeholderData: keepPreviousData, refetchInterval: isFetching ? DAYS_POLL_MS : false },
    ),
  )
  useEffect(() => {
    if (wasFetching.current && !isFetching)
      void queryClient.invalidateQueries({ queryKey: trpc.ads.pathKey() })
    wasFetching.current = isFetching
  }, [isFetching])
  return days
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
