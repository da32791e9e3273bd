/** One run: the cluster, the load on it, and the faults in their order. */
import { startCluster } from './cluster.ts'
import { Excuses } from './excuses.ts'
import { strikeUntil, type FaultName, type Stage } from './faults.ts'
import { MUTANTS, type Mutant, type MutantName } from './mutants.ts'
import { readSomething } from './readers.ts'
import { Session } from './session.ts'
import { Writer } from './writers.ts'

export interface Phase {
  seconds: number
  faults: readonly FaultName[]
}

export interface RunOptions {
  phases: readonly Phase[]
  mutant?: MutantName | undefined
  /** Ends with the first violation. */
  untilFound?: boolean
  readers?: number
  /** Between two reads of one reader, in the mean. */
  readerThinkMs?: number
  onPhase?: (session: Session) => void
  log?: ((line: object) => void) | undefined
}

const SERVERS = 3
const READERS = 24
const WRITERS = 6
const WRITER_THINK_MS = 40
/** After a question that brought no answer. */
const REST_MS = 20
/** Each writer creates some products of its own accord before anything is broken. */
const FIRST_PRODUCTS = 20

export async function run(options: RunOptions): Promise<Session> {
  const { phases, mutant, untilFound = false } = options
  await using cluster = await startCluster({ servers: SERVERS, mutant })
  const broken: Mutant | undefined = mutant && MUTANTS[mutant]
  await broken?.prepare?.(cluster.sql)
  const session = new Session({ replicas: cluster.replicas, excuses: new Excuses(), log: options.log })
  session.begin('none')
  const [first] = cluster.replicas
  if (!first) throw new Error('There is no server.')
  const founder = new Writer(session, first)
  while (session.alive.length < FIRST_PRODUCTS) await founder.create()
  session.tallies.pop()

  const load = startLoad(session, options)
  const stage: Stage = { cluster, session, dumps: [] }
  const ended = untilFound ? session.violations.first.promise : new Promise<never>(() => {})
  for (const { seconds, faults } of phases) {
    const startedAt = performance.now()
    const tally = session.begin(faults.length > 3 ? 'all at once' : faults.join(', ') || 'none')
    const endsAt = startedAt + seconds * 1000
    const striking = strikeUntil(endsAt, faults, stage)
    const over = Promise.all([striking, Bun.sleep(endsAt - startedAt)])
    await Promise.race([over, ended, load])
    tally.seconds = (performance.now() - startedAt) / 1000
    options.onPhase?.(session)
    if (untilFound && session.violations.counts.sum > 0) break
  }
  session.stopped = true
  // A writer or a reader may wait for a server that is stopped; what it would still find is not asked for.
  await Promise.race([load, Bun.sleep(1_000)])
  return session
}

/** Ends when the session is stopped. */
async function startLoad(
  session: Session,
  { readers = READERS, readerThinkMs = 2 }: RunOptions,
): Promise<void> {
  const forEach = (count: number) =>
    Array.from({ length: count }, (_, n) => session.replicas[n % session.replicas.length]).filter(
      (replica) => replica !== undefined,
    )
  await Promise.all([
    ...forEach(readers).map(async (replica) => {
      while (!session.stopped) {
        const before = session.tally.unanswered
        await readSomething(session, replica)
        await Bun.sleep(session.tally.unanswered > before ? REST_MS : 2 * readerThinkMs * Math.random())
      }
    }),
    ...forEach(WRITERS).map(async (replica) => {
      const writer = new Writer(session, replica)
      while (!session.stopped) {
        await writer.writeSomething()
        await Bun.sleep(2 * WRITER_THINK_MS * Math.random())
      }
    }),
  ])
}
