/** How `status` tells what Google changed after a date had been fetched. */
import type { Counted, Restatement } from '#server/ads/offline.ts'
import { count, labelledMetrics } from './output.ts'

/** One line, or none. @param restatements of one report and account, oldest first */
export function describeRestatements(restatements: readonly Restatement[]): string[] {
  const last = restatements.at(-1)
  if (!last) return []
  const dates = new Set(restatements.map(({ date }) => date)).size
  const were = dates === 1 ? '1 date was' : `${count(dates)} dates were`
  const changes = changesOf(last).join(', ') || 'names or statuses only'
  return [`  ${were} restated, last ${last.date} (on ${last.restatedAt.slice(0, 10)}): ${changes}`]
}

function changesOf({ before, after }: Restatement): string[] {
  const [old, now] = [textsOf(before), textsOf(after)]
  return old
    .map(([name, text], index) => ({ name, text, to: now[index]?.[1] ?? '' }))
    .filter(({ text, to }) => text !== to)
    .map(({ name, text, to }) => `${name} ${text} → ${to}`)
}

function textsOf({ rows, sums }: Counted): [name: string, text: string][] {
  return [['rows', count(rows)], ...labelledMetrics(sums)]
}
