/**
 * The readers and writers of `./scripts/adstock consistency`, beside the traffic and with products of their own. They ask
 * through the balancer, where nothing but a kill excuses a missing answer, and read at each replica directly, where
 * an answer may also be missing while that replica is away. Nothing ever excuses a stale one.
 */
import { createProducts, spread, startLoad } from '#scripts/lab/consistency/load.ts'
import { reportOf } from '#scripts/lab/consistency/report.ts'
import { Session } from '#scripts/lab/consistency/session.ts'
import { stockOf } from './checks.ts'
import type { Cluster } from './cluster.ts'

export interface Checker {
  /** @param replica its place among the replicas. @returns to be called when it is back */
  away: (replica: number) => () => void
  /** What is in flight anywhere may fail. @returns to be called as soon as that is over */
  cutOff: () => () => void
  /** Waits for the last answers. */
  stop(): Promise<{ summary: string; wrong: string[] }>
}

const PRODUCTS = 20
const PACE = { readerThinkMs: 40, writerThinkMs: 250 }
const READERS_THROUGH_BALANCER = 6
const WRITERS = 2
const NO_ANSWER = 'no answer'
const whole = (number: number) => number.toLocaleString('en')

export async function startChecker({ balancer, replicas, sql }: Cluster): Promise<Checker> {
  const urls = [balancer.url, ...replicas.map(({ port }) => `http://127.0.0.1:${port}`)]
  const places = urls.map((url, index) => ({ index, url }))
  const [through, direct] = [places.slice(0, 1), places.slice(1)]
  const foreign = new Set((await stockOf(sql)).keys())
  const session = new Session({ places, products: PRODUCTS, foreign })
  await createProducts(session)
  session.begin('')
  const load = startLoad(session, {
    readers: [...spread(READERS_THROUGH_BALANCER, through), ...direct],
    writers: spread(WRITERS, through),
    ...PACE,
  })
  return {
    away: (replica) => session.excuses.open('away', { taken: 'a server', place: replica + 1 }),
    cutOff: () => session.excuses.open('killed', { taken: 'a server', graceMs: 0 }),
    async stop() {
      session.stopped = true
      await load
      return judged(session)
    },
  }
}

function judged(session: Session): { summary: string; wrong: string[] } {
  const { reads, writes, violations_by_kind, examples, phases } = reportOf(session)
  const violations = Object.entries(violations_by_kind)
  const count = (kinds: typeof violations) => kinds.reduce((sum, [, found]) => sum + found, 0)
  const unanswered = violations.filter(([kind]) => kind.startsWith(NO_ANSWER))
  const stale = count(violations) - count(unanswered)
  const excused = (phases[0]?.unanswered_reads ?? 0) - count(unanswered)
  return {
    summary: `${whole(reads)} reads checked, ${whole(writes['done'] ?? 0)} writes beside them: ${stale} stale, ${count(unanswered)} without an answer${excused > 0 ? ` (and ${excused} of who was away)` : ''}`,
    wrong: examples.map(({ what, ...example }) => `${what}: ${JSON.stringify(example)}`),
  }
}
