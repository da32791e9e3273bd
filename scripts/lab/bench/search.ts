/** The search: how often the right product comes first, and what a question costs over a large catalogue. */
import { openDatabase } from '#db/open.ts'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { importFile, judge, readQuestions, SAMPLE_QUESTIONS, sampleNames } from '#scripts/lab/search/judge.ts'
import { costOf, print } from './measure.ts'

export interface SearchBench {
  count: number
  database: string
  /** A database that has its products already, instead. */
  url?: string
  catalogue?: string
  questions: string
}

export { SAMPLE_QUESTIONS }

export async function benchSearch({
  count,
  database,
  url,
  catalogue,
  questions,
}: SearchBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const empty = async (name: string) =>
    database === 'postgres' ? await temporaryPostgres() : `file:${folder.path}/${name}.db`
  const judged = resources.use(await startTestServer({ DATABASE_URL: await empty('judged') }))
  await importFile(judged, catalogue === undefined ? await sampleNames() : await Bun.file(catalogue).text())
  const asked = await readQuestions(questions)
  const { first, firstThree, empty: unanswered, misses } = await judge(judged, asked)
  const share = (part: number) => `${part} of ${asked.length}`
  print(`judged questions on ${database}: success@1`, share(first), 'limit 0.9')
  print('success@3', share(firstThree), 'limit 1')
  print('without a result', share(unanswered.length), 'limit 0')
  for (const { query, first: name } of misses) print(`  missed: ${query}`, '', name ?? 'nothing')

  const large = url ?? (await empty('large'))
  if (url === undefined) {
    const db = await openDatabase(large)
    await seed(db, { count, decimals: 2, now: Date.now() })
    await db.close()
  }
  await costs(resources.use(await startTestServer({ DATABASE_URL: large })))
}

/** Words and prefixes; typos and partial matches. */
const LIMITS_MS = { plain: 8, corrected: 25 }
const QUESTIONS = [
  ['a word in a seventh of all names', 'everyday', 'plain'],
  ['a word in a thirtieth of all names', 'lamp', 'plain'],
  ['two frequent words', 'nordic lamp', 'plain'],
  ['plural', 'lamps', 'plain'],
  ['a rare pair', 'knife 77', 'plain'],
  ['a prefix', 'terrac', 'plain'],
  ['a short prefix', 'le', 'plain'],
  ['a SKU', 'as-00042', 'plain'],
  ['the digits of a SKU', '00042', 'plain'],
  ['a word that stands nowhere', 'zebra', 'plain'],
  ['a typo', 'terracota', 'corrected'],
  ['two typos', 'organiser blakc', 'corrected'],
  ['a word too many', 'nordic lamp zebra', 'corrected'],
] as const

async function costs(server: TestServer): Promise<void> {
  const headers = { 'cache-control': 'no-cache' }
  const ask = (q: string) =>
    server.rest(`GET /products/search?limit=20&q=${encodeURIComponent(q)}`, { headers })
  // The first one would pay for compiling what all of them run.
  for (const [, q] of QUESTIONS) await costOf(() => ask(q), { rounds: 20 })
  for (const [what, q, kind] of QUESTIONS) {
    const { p95, median } = await costOf(() => ask(q), { rounds: 200 })
    print(
      `search: ${what} ("${q}")`,
      `p50 ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
      `limit ${LIMITS_MS[kind]} ms`,
    )
  }
}
