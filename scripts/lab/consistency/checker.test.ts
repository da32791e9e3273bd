/** The promise, with everything failing at once; and that the check would notice if it were broken. */
import { expect, test } from 'bun:test'
import { FAULT_NAMES } from './faults.ts'
import { MUTANTS, type MutantName } from './mutants.ts'
import { reportOf } from './report.ts'
import { againstMutant, run } from './run.ts'

const TIMEOUT_MS = 60_000
/** `FAULT_SECONDS=300 bun test scripts/lab/consistency/checker.test.ts` for a long run. */
const FAULT_SECONDS = Number(Bun.env['FAULT_SECONDS'] ?? 8)

/**
 * Two mutants a day in turn, so that all are run within four days; `MUTANTS=all` runs all of them, and
 * `MUTANTS=keeps-lists,…` those named.
 */
function chosenMutants(): MutantName[] {
  const names = Object.keys(MUTANTS) as MutantName[]
  const chosen = Bun.env['MUTANTS']
  if (chosen === 'all') return names
  if (chosen !== undefined) return names.filter((name) => chosen.split(',').includes(name))
  const first = 2 * Math.floor(Date.now() / 86_400_000)
  return [first, first + 1].flatMap((n) => names[n % names.length] ?? [])
}

test(
  'whatever fails, no read is older than what was acknowledged before it',
  async () => {
    // Calm first: servers leave a Redis that fails all the time alone, and might never ask it.
    const calm = { seconds: 3, faults: [] }
    const report = reportOf(await run({ phases: [calm, { seconds: FAULT_SECONDS, faults: FAULT_NAMES }] }))
    expect(report.examples).toEqual([])
    // What SQL has committed is seen at once, although the promise would allow Δ.
    expect(report.behind_sql.reads).toBe(0)
    expect(report.reads).toBeGreaterThan(1_000)
    expect(report.reads_by_tier).toContainAllKeys(['memory', 'redis', 'none', 'not told'])
    expect(report.phases[1]?.injections).toBeGreaterThan(FAULT_SECONDS / 2)
  },
  TIMEOUT_MS + FAULT_SECONDS * 1_000,
)

test.each(chosenMutants())(
  'a broken cache is found: %s',
  async (mutant) => {
    const report = reportOf(await run(againstMutant(mutant, 30)))
    expect(report.violations).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
