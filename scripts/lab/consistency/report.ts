/** A run in numbers: as an object, and for people. */
import type { Session } from './session.ts'
import { Counts, type Tally, type Violation } from './tally.ts'

export interface Report {
  seconds: number
  reads: number
  reads_by_kind: Record<string, number>
  reads_by_tier: Record<string, number>
  hit_rate: number
  writes: Record<string, number>
  violations: number
  violations_by_kind: Record<string, number>
  /** The first few of each kind. */
  examples: Violation[]
  /** How long something newer was known when a read began that did not show it. */
  worst_staleness_ms: number
  /** Reads that did not yet show what SQL had committed less than Δ before. */
  behind_sql: { reads: number; worst_ms: number }
  /** With 95% confidence fewer of all such reads are wrong; only when none was. */
  share_of_wrong_reads_below: number | null
  phases: PhaseReport[]
}

interface PhaseReport {
  faults: string
  seconds: number
  injections: number
  reads: number
  hit_rate: number
  unanswered_reads: number
  read_ms: { median: number; p99: number }
  writes: number
  write_ms: { median: number; p99: number }
}

/** Rule of three. */
const NONE_FOUND_MEANS_BELOW = 3

export function reportOf({ tallies, violations, behindSql }: Session): Report {
  const together = (counts: (tally: Tally) => Counts) => {
    const sum = new Counts()
    for (const tally of tallies)
      for (const [name, count] of Object.entries(counts(tally).toJSON())) sum.add(name, count)
    return sum
  }
  const reads = together((tally) => tally.reads)
  const tiers = together((tally) => tally.tiers)
  const hits = tiers.of('memory') + tiers.of('redis')
  const wrong = violations.counts.sum
  return {
    seconds: tallies.reduce((sum, { seconds }) => sum + seconds, 0),
    reads: reads.sum,
    reads_by_kind: reads.toJSON(),
    reads_by_tier: tiers.toJSON(),
    hit_rate: hits / Math.max(1, hits + tiers.of('none')),
    writes: together((tally) => tally.writes).toJSON(),
    violations: wrong,
    violations_by_kind: violations.counts.toJSON(),
    examples: violations.examples,
    worst_staleness_ms: Math.max(violations.worstMs, behindSql.worstMs),
    behind_sql: { reads: behindSql.reads, worst_ms: behindSql.worstMs },
    share_of_wrong_reads_below: wrong === 0 ? NONE_FOUND_MEANS_BELOW / Math.max(1, reads.sum) : null,
    phases: tallies.map(phaseOf),
  }
}

function phaseOf(tally: Tally): PhaseReport {
  const { faults, seconds, injections, reads, hitRate, unanswered, readTimes, writes, writeTimes } = tally
  return {
    faults,
    seconds,
    injections: injections.sum,
    reads: reads.sum,
    hit_rate: hitRate,
    unanswered_reads: unanswered,
    read_ms: { median: readTimes.quantile(0.5), p99: readTimes.quantile(0.99) },
    writes: writes.sum,
    write_ms: { median: writeTimes.quantile(0.5), p99: writeTimes.quantile(0.99) },
  }
}

const WIDTHS = [26, 8, 10, 7, 16, 8, 16, 11]
const whole = (count: number) => count.toLocaleString('en')
const percent = (share: number) => `${(share * 100).toFixed(0)}%`
const line = (cells: string[]) =>
  cells.map((cell, n) => (n === 0 ? cell.padEnd(WIDTHS[n] ?? 0) : cell.padStart(WIDTHS[n] ?? 0))).join('')
const times = ({ median, p99 }: PhaseReport['read_ms']) => `${median.toFixed(1)} / ${p99.toFixed(0)}`

export const PHASE_HEADING = line([
  'fault',
  'injections',
  'reads',
  'hits',
  'ms, 50% / 99%',
  'writes',
  'ms, 50% / 99%',
  'unanswered',
])

export function phaseLine(tally: Tally): string {
  const { faults, injections, reads, hit_rate, read_ms, writes, write_ms, unanswered_reads } = phaseOf(tally)
  const counted = [
    whole(injections),
    whole(reads),
    percent(hit_rate),
    times(read_ms),
    whole(writes),
    times(write_ms),
  ]
  return line([faults, ...counted, whole(unanswered_reads)])
}

export function summary(report: Report): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${whole(count)} ${name}`)
      .join(', ')
  const { reads, seconds, writes, violations, behind_sql, share_of_wrong_reads_below: below } = report
  return [
    `${whole(reads)} reads in ${seconds.toFixed(0)} s: ${list(report.reads_by_kind)}`,
    `found in: ${list(report.reads_by_tier)}`,
    `writes: ${list(writes)}`,
    `behind a commit by SQL, within Δ: ${whole(behind_sql.reads)}, at worst ${behind_sql.worst_ms.toFixed(0)} ms`,
    violations === 0
      ? `violations: 0, so fewer than 1 in ${whole(Math.floor(1 / (below ?? 1)))} reads with 95% confidence`
      : `violations: ${list(report.violations_by_kind)}; worst staleness ${report.worst_staleness_ms.toFixed(0)} ms`,
    ...report.examples.map((example) => `  ${JSON.stringify(example)}`),
  ].join('\n')
}
