/** One run: the cluster, the load on it, and the faults in their order. */
import { startCluster } from './cluster.ts'
import { FAULT_NAMES, injectUntil, type FaultName, type Stage } from './faults.ts'
import { createProducts, spread, startLoad } from './load.ts'
import { MUTANTS, type Mutant, type MutantName } from './mutants.ts'
import { Session } from './session.ts'
import type { Tally } from './tally.ts'

export interface Phase {
  seconds: number
  faults: readonly FaultName[]
}

export interface RunOptions {
  phases: readonly Phase[]
  /** Of each server, on its one port. */
  processes?: number
  mutant?: MutantName | undefined
  /** Ends with the first violation. */
  untilFound?: boolean
  /** Ends with this, too. */
  stop?: Promise<unknown> | undefined
  /** So many at any time: the fewer, the more often each is written. */
  products?: number
  /** Between two writes of one writer, in the mean. */
  writerThinkMs?: number
  onPhase?: (tally: Tally) => void
  log?: ((line: object) => void) | undefined
}

const SERVERS = 3
const READERS = 24
const WRITERS = 6
/** In the mean. */
const READER_THINK_MS = 2
const PRODUCTS = 20
const WRITER_THINK_MS = 100
const DRAIN_MS = 1_000

/** Half of the time for each fault alone, and for none; half for all at once. */
export function phasesOf(seconds: number, faults: readonly FaultName[]): Phase[] {
  if (faults.length > 0) return [{ seconds, faults }]
  const alone = [[], ...FAULT_NAMES.map((name) => [name])]
  return [
    ...alone.map((each) => ({ seconds: seconds / 2 / alone.length, faults: each })),
    { seconds: seconds / 2, faults: FAULT_NAMES },
  ]
}

/** So that what is broken shows soon. */
export function againstMutant(mutant: MutantName, seconds: number): RunOptions {
  const { faults }: Mutant = MUTANTS[mutant]
  return { mutant, untilFound: true, phases: [{ seconds, faults }], products: 5, writerThinkMs: 20 }
}

export async function run(options: RunOptions): Promise<Session> {
  const {
    phases,
    processes = 1,
    mutant,
    untilFound = false,
    stop,
    products = PRODUCTS,
    writerThinkMs = WRITER_THINK_MS,
  } = options
  await using cluster = await startCluster({
    servers: SERVERS,
    mutant,
    environmentOf: () => ({ SERVERS: String(processes) }),
  })
  const { replicas } = cluster
  const session = new Session({ places: replicas, products, log: options.log })
  await createProducts(session)
  const broken: Mutant | undefined = mutant && MUTANTS[mutant]
  await broken?.prepare?.(cluster)

  const load = startLoad(session, {
    readers: spread(READERS, replicas),
    readerThinkMs: READER_THINK_MS,
    writers: spread(WRITERS, replicas),
    writerThinkMs,
  })
  const stage: Stage = { cluster, session, dumps: [] }
  const ended = [load, ...(untilFound ? [session.violations.first.promise] : []), ...(stop ? [stop] : [])]
  const early = Promise.race(ended).then(() => (session.stopped = true))
  for (const phase of phases) {
    if (!session.stopped) await passThrough(phase, { stage, early, options })
  }
  session.stopped = true
  // A request may wait for a stopped server; its result is not needed.
  await Promise.race([load, Bun.sleep(DRAIN_MS)])
  return session
}

async function passThrough(
  { seconds, faults }: Phase,
  { stage, early, options }: { stage: Stage; early: Promise<unknown>; options: RunOptions },
): Promise<void> {
  const startedAt = performance.now()
  const tally = stage.session.begin(faults.length > 1 ? 'all at once' : (faults[0] ?? 'none'))
  // A fault that has struck is put right even when the run ends before.
  const striking = injectUntil(startedAt + seconds * 1000, faults, stage)
  await Promise.race([Bun.sleep(seconds * 1000), early])
  await striking
  tally.seconds = (performance.now() - startedAt) / 1000
  options.onPhase?.(tally)
}
