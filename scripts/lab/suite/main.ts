/**
 * Runs the checks and tests in an order that keeps both cores busy.
 *
 *   bun scripts/lab/suite/main.ts [quick|static|tests] [--shard=1/3] [--parallel=4]
 *
 * `quick` is the static checks and the tests without a server, database, process or browser; without a word, all runs.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '#db/postgres.testing.ts'
import { filesWithoutFailure } from './junit.ts'
import { quickTests, testFiles } from './test-files.ts'
import { TIMING_TESTS } from './timing-tests.ts'

const TIMINGS = 'scripts/lab/suite/timings.json'
const TEST_TIMEOUT_MS = 150_000
/** Files at a time: many wait for a browser or a process, so two cores carry more than two; a fourth only takes turns with them. */
const PARALLEL = 3
/** More files than these have failed for a reason. */
const MAX_REPEATED = 3

const STATIC_CHECKS: Readonly<Record<string, readonly string[]>> = {
  format: ['oxfmt', '--check'],
  lint: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  types: ['tsc', '-p', '.'],
  'dead code': ['knip', '--no-config-hints'],
}

const [only = 'all'] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))

const phases: Record<string, () => Promise<boolean>> = {
  static: checkStatically,
  quick: async () => (await checkStatically()) && (await runTests(await quickTests())),
  tests: runAllTests,
  all: async () => (await checkStatically()) && (await runAllTests()),
}
const phase = phases[only]
if (!phase) {
  console.error(`One of ${Object.keys(phases).join(', ')}, not ${only}.`)
  process.exit(2)
}
process.exit((await phase()) ? 0 : 1)

/** All at once; each prints its output only when it has failed. */
async function checkStatically(): Promise<boolean> {
  const results = await Promise.all(
    Object.entries(STATIC_CHECKS).map(async ([name, [tool = '', ...args]]) => {
      const startedAt = performance.now()
      const child = Bun.spawn(['bunx', '--bun', '--no-install', tool, ...args], {
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const [code, ...output] = await Promise.all([
        child.exited,
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      console.log(`${name}: ${code === 0 ? 'ok' : `exit ${code}`}, ${seconds(startedAt)}`)
      if (code !== 0) console.error(output.join(''))
      return code === 0
    }),
  )
  return results.every(Boolean)
}

/** First what depends on nothing but itself, side by side; then, with the cores to themselves, the tests of time limits. */
async function runAllTests(): Promise<boolean> {
  // No test cuts the power: what a killed process has written stays.
  await using postgres = await startPostgres({ settings: { fsync: 'off' } })
  const env = { TEST_POSTGRES_URL: postgres.url }
  const timing: readonly string[] = TIMING_TESTS
  const others = (await testFiles()).filter((file) => !timing.includes(file))
  const passed = await runTests(others, env)
  return (await runTests(timing, env)) && passed
}

/** A few files that failed run once more, one at a time: a test that the load alone has failed is named, and is no fault. */
async function runTests(files: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  const failed = await failedFiles(files, [`--parallel=${PARALLEL}`, ...flags], env)
  if (failed.length === 0) return true
  if (failed.length > MAX_REPEATED) return false
  console.log(`Once more, one at a time: ${failed.join(', ')}`)
  const again = await failedFiles(failed, ['--parallel=1'], env)
  const unstable = failed.filter((file) => !again.includes(file))
  if (unstable.length > 0) console.log(`UNSTABLE, failed only beside others: ${unstable.join(', ')}`)
  return again.length === 0
}

async function failedFiles(
  files: readonly string[],
  options: readonly string[],
  env: Record<string, string>,
): Promise<string[]> {
  const startedAt = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'adstock-suite-'))
  const report = join(folder, 'junit.xml')
  const child = Bun.spawn(
    [
      process.execPath,
      'test',
      '--dots',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      `--timeout=${TEST_TIMEOUT_MS}`,
      `--timings=${TIMINGS}`,
      ...options,
      ...files,
    ],
    { env: { ...process.env, ...env }, stdout: 'inherit', stderr: 'inherit' },
  )
  const code = await child.exited
  console.log(`${files.length} files: ${code === 0 ? 'ok' : `exit ${code}`}, ${seconds(startedAt)}`)
  const passed = existsSync(report) ? filesWithoutFailure(await Bun.file(report).text()) : []
  await rm(folder, { recursive: true })
  if (code === 0) return []
  const failed = files.filter((file) => !passed.includes(file))
  // An error that no file is named for may be of any.
  return failed.length === 0 ? [...files] : failed
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
