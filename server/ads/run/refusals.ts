/** What a run cannot begin with, as a client is told. */
import { ConfigurationError, EmptyRangeError, RunElsewhereError, StoreBusyError } from '#server/ads/errors.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { forecastRun } from './forecast.ts'

export function asProblem(error: unknown): unknown {
  if (error instanceof StoreBusyError)
    return new ProblemError('STORE_BUSY', error.message, { holder: error.holder ?? null })
  if (error instanceof RunElsewhereError)
    return new ProblemError('STORE_BUSY', error.message, { holder: null })
  if (error instanceof ConfigurationError) return new ProblemError('UNAVAILABLE', error.message)
  return error
}

/** @throws ProblemError `INVALID_INPUT` when none of the dates can be had */
export function planned(...[request, parts]: Parameters<typeof forecastRun>): ReturnType<typeof forecastRun> {
  try {
    return forecastRun(request, parts)
  } catch (error) {
    if (error instanceof EmptyRangeError) throw invalidInput([{ pointer: '/from', detail: error.message }])
    throw error
  }
}
