/** Bodies that leave in pieces, and some that never arrive whole. */
import type { Fault } from './faults.ts'

/** A prime, so that pieces end inside strings, numbers and UTF-8 characters alike. */
const PIECE_BYTES = 8_191
const HEADERS = { 'content-type': 'application/json; charset=UTF-8' }

export function inPieces(text: string): Response {
  return new Response(
    pieces(text, (controller) => controller.close()),
    { headers: HEADERS },
  )
}

/** @param chunks the elements of the array that would be the answer */
export function broken(chunks: readonly string[], fault: Extract<Fault, { type: 'half' }>): Response {
  const whole = `[${chunks.join(',\n')}]`
  if (fault.ending === 'error') {
    const error = { error: { code: 500, message: 'Internal error encountered.', status: 'INTERNAL' } }
    return inPieces(`[${[...chunks, JSON.stringify(error)].join(',\n')}]`)
  }
  const half = whole.slice(0, Math.floor(whole.length / 2))
  if (fault.ending === 'closed') return inPieces(`${half}"}]}]`)
  return new Response(
    pieces(half, (controller) => {
      if (fault.ending === 'end') controller.close()
      // Without a reason: with one, Bun would print it as if it were a mistake of ours.
      else if (fault.ending === 'reset') controller.error()
    }),
    { headers: HEADERS },
  )
}

function pieces(text: string, end: (controller: ReadableStreamDefaultController) => void): ReadableStream {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) {
        controller.enqueue(bytes.subarray(at, at + PIECE_BYTES))
        at += PIECE_BYTES
        return undefined
      }
      end(controller)
      // Silence: this promise never settles, so nothing more is asked of us until the client hangs up.
      return new Promise<void>(() => {})
    },
  })
}
