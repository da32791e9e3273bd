import type { Level } from './question.ts'

export type Kind = Exclude<Level, 'number'> | 'partial'

export function kindOf(level: Level): Kind {
  return level === 'number' ? 'prefix' : level
}

export interface Ranked {
  id: number
  kind: Kind
  /** From 0 to 1, four decimals. */
  score: number
  /** What it is found by, where that is a code: these are in the order of codes. */
  code?: string
}

/** Where the scores of each kind lie. */
const BANDS = {
  exact: [0.7, 1],
  number: [0.7, 0.99],
  prefix: [0.5, 0.7],
  fuzzy: [0.3, 0.5],
  partial: [0, 0.3],
} as const

export function scoreOf(kind: keyof typeof BANDS, quality: number): number {
  const [low, high] = BANDS[kind]
  return Math.round((low + (high - low) * quality) * 1e4) / 1e4
}

export function byScore(a: Ranked, b: Ranked): number {
  return b.score - a.score || a.id - b.id
}
