/** `./scripts/adstock long-run`: hours of everything at once, with a fault in each minute, and what it uses up. */
import { Command } from 'commander'
import { stopTemporaryPostgres } from '#db/postgres.testing.ts'
import { startCluster } from '#scripts/lab/consistency/cluster.ts'
import { FAULT_NAMES, injectUntil, type FaultName, type Stage } from '#scripts/lab/consistency/faults.ts'
import { createProducts, spread, startLoad } from '#scripts/lab/consistency/load.ts'
import { reportOf, summary } from '#scripts/lab/consistency/report.ts'
import { Session } from '#scripts/lab/consistency/session.ts'
import { positive } from '#scripts/lab/harness/positive.ts'
import { importedProducts, startBeside, type Done } from './beside.ts'
import { flatnessOf, isFlat, sampleOf, type Sample } from './samples.ts'

const SERVERS = 2
const READERS = 24
const WRITERS = 4
const PRODUCTS = 20
const READER_THINK_MS = 2
const WRITER_THINK_MS = 200
const QUIET_MS = 40_000
const FAULTY_MS = 15_000
/** For what the fault has left behind. */
const AFTER_MS = 5_000
const EXIT_VIOLATED = 1
/** A server that is killed begins anew, so its memory would tell nothing: `consistency` kills. */
const INJECTED = FAULT_NAMES.filter((name) => name !== 'server-killed')

async function run(minutes: number): Promise<void> {
  await using cluster = await startCluster({
    servers: SERVERS,
    environmentOf: () => ({ ADS_SOURCE: 'demo', ADS_CRON: 'off' }),
  })
  const { replicas } = cluster
  const [first] = replicas
  if (!first) return
  const session = new Session({
    places: replicas,
    products: PRODUCTS,
    foreign: await importedProducts(first),
  })
  await createProducts(session)
  const load = startLoad(session, {
    readers: spread(READERS, replicas),
    readerThinkMs: READER_THINK_MS,
    writers: spread(WRITERS, replicas),
    writerThinkMs: WRITER_THINK_MS,
  })
  const beside = startBeside(session, replicas)
  const samples = await minuteByMinute(minutes, { cluster, session, dumps: [] })
  session.stopped = true
  const done = await beside
  await load
  tellEnd(session, samples, done)
}

async function minuteByMinute(minutes: number, stage: Stage): Promise<Sample[]> {
  const samples: Sample[] = []
  console.log(SAMPLE_HEADING)
  for (let minute = 1; minute <= minutes && !stage.session.stopped; minute++) {
    const quiet = stage.session.begin('none')
    await Bun.sleep(QUIET_MS)
    quiet.seconds = QUIET_MS / 1000
    const taken = { minute, p50: quiet.readTimes.quantile(0.5), p99: quiet.readTimes.quantile(0.99) }
    const sample = await sampleOf(stage.cluster, taken)
    samples.push(sample)
    console.log(sampleLine(sample, quiet.reads.sum))
    await strike(INJECTED[minute % INJECTED.length], stage)
  }
  return samples
}

async function strike(fault: FaultName | undefined, stage: Stage): Promise<void> {
  const tally = stage.session.begin(fault ?? 'none')
  await injectUntil(performance.now() + FAULTY_MS, fault ? [fault] : [], stage)
  await Bun.sleep(AFTER_MS)
  tally.seconds = (FAULTY_MS + AFTER_MS) / 1000
}

const SAMPLE_HEADING =
  'minute    reads  ms, 50% / 99%  servers, MB      descriptors  database  stores   Redis'

function sampleLine(sample: Sample, reads: number): string {
  const { minute, p50, p99, memory, descriptors, databaseMb, storesMb, redisMb } = sample
  return [
    String(minute).padStart(6),
    reads.toLocaleString('en').padStart(8),
    `${p50.toFixed(1)} / ${p99.toFixed(0)}`.padStart(14),
    memory
      .map((mb) => mb.toFixed(0))
      .join(' + ')
      .padStart(12),
    descriptors.join(' + ').padStart(16),
    `${databaseMb.toFixed(1)} MB`.padStart(9),
    `${storesMb.toFixed(1)} MB`.padStart(8),
    `${redisMb.toFixed(1)} MB`.padStart(7),
  ].join(' ')
}

function tellEnd(session: Session, samples: readonly Sample[], done: Done): void {
  const report = reportOf(session)
  console.log(summary(report))
  console.log(
    `beside them: ${done.imports} imports, ${done.runs} runs of ads, ${done.events} events of streams; ${done.failed} met a fault`,
  )
  let isSteady = true
  for (const flatness of flatnessOf(samples)) {
    const { what, first, last, limit } = flatness
    if (!isFlat(flatness)) isSteady = false
    console.log(
      `${isFlat(flatness) ? 'flat' : 'GROWS'}  ${what}: ${first.toFixed(1)}, then ${last.toFixed(1)} (limit ${limit} ×)`,
    )
  }
  if (report.violations > 0 || !isSteady) process.exitCode = EXIT_VIOLATED
}

await new Command('long-run')
  .description(
    'Reads, writes, imports, streams and runs of ads on two servers with PostgreSQL and Redis, a fault in each minute. Exits with 1 when a read was wrong, or when memory, descriptors, disk or the time of a read grow.',
  )
  .option('--minutes <n>', 'of load', positive, 40)
  .action(async ({ minutes }: { minutes: number }) => {
    try {
      await run(minutes)
    } finally {
      await stopTemporaryPostgres()
    }
  })
  .parseAsync()
process.exit()
