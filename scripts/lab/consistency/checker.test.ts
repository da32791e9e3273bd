/** The promise, with everything failing at once; and that the check would notice if it were broken. */
import { expect, test } from 'bun:test'
import { FAULT_NAMES } from './faults.ts'
import { MUTANTS, type MutantName } from './mutants.ts'
import { reportOf } from './report.ts'
import { againstMutant, run } from './run.ts'

const TIMEOUT_MS = 60_000
const MUTANT_NAMES = Object.keys(MUTANTS) as MutantName[]

test(
  'whatever fails, no read is older than what was acknowledged before it',
  async () => {
    // Calm first: servers leave a Redis that fails all the time alone, and might never ask it.
    const calm = { seconds: 3, faults: [] }
    const report = reportOf(await run({ phases: [calm, { seconds: 15, faults: FAULT_NAMES }] }))
    expect(report.examples).toEqual([])
    // What SQL has committed is seen at once, although the promise would allow Δ.
    expect(report.behind_sql.reads).toBe(0)
    expect(report.reads).toBeGreaterThan(1_000)
    expect(report.reads_by_tier).toContainAllKeys(['memory', 'redis', 'none', 'not told'])
    expect(report.phases[1]?.strikes).toBeGreaterThan(10)
  },
  TIMEOUT_MS,
)

test.each(MUTANT_NAMES)(
  'a broken cache is found: %s',
  async (mutant) => {
    const report = reportOf(await run(againstMutant(mutant, 30)))
    expect(report.violations).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
