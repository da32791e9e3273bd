/** What a run is given, and what it carries from step to step. */
import type { Clock } from '#server/platform/clock.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import type { AdsOptions } from '#server/ads/options.ts'
import type { Progress } from './progress.ts'
import type { RunRequest } from './tasks.ts'

export interface RunParts {
  options: AdsOptions
  catalogue: Catalogue
  clock: Clock
  log: RunLog
  signal: AbortSignal
  limits: RunLimits
}

export interface RunLog {
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

export interface RunLimits {
  /** Dates under way at once, at most. */
  concurrency: number
  workers: number
  /** Workers give way to whatever else this process does: it has others to serve. */
  background: boolean
}

export interface RunContext extends RunParts {
  request: RunRequest
  progress: Progress
}
