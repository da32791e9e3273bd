/**
 * Bun ends a connection 10 to 12 s after a head or a body was begun and is not whole, however much has come. Here a
 * body's reader gives up by itself before that, with an answer; and a file may take longer, while it comes at all.
 */
import { ProblemError } from '#server/errors.ts'
import { withTimeout } from '#server/platform/with-timeout.ts'

export interface Pace {
  /** A client is waited for so long in all… */
  graceMs: number
  /** … and so much longer for each KiB that it has sent. */
  msPerKib: number
}

/** Half of Bun's time: a busy server, whose timers fire late, still answers before Bun hangs up. */
export const JSON_PACE: Pace = { graceMs: 5_000, msPerKib: 0 }
/** 1 KiB a second. */
export const FILE_PACE: Pace = { graceMs: 10_000, msPerKib: 1_000 }
/** Of any body, between two of its parts. */
const MAX_SILENCE_MS = 10_000

/** The parts of a body. Only the time is counted in which the client is waited for. @throws ProblemError `BODY_TOO_SLOW` */
export async function* paced(
  body: ReadableStream<Uint8Array>,
  { graceMs, msPerKib }: Pace,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  let waitedMs = 0
  try {
    for (;;) {
      const leftMs = graceMs + (bytes / 1024) * msPerKib - waitedMs
      const patienceMs = Math.max(0, Math.min(MAX_SILENCE_MS, leftMs))
      const askedAt = performance.now()
      const { done, value } = await withTimeout(patienceMs, reader.read(), tooSlow)
      if (done) return
      waitedMs += performance.now() - askedAt
      bytes += value.byteLength
      yield value
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

export function tooSlow(): ProblemError {
  return new ProblemError('BODY_TOO_SLOW', 'The body comes too slowly to be waited for.')
}
