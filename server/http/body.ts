/** The bytes of a request's body: at the pace that is asked of a client, without their coding, within a bound. */
import { ProblemError } from '#server/errors.ts'
import { nextTurn } from '#server/platform/turns.ts'
import { withTimeout } from '#server/platform/with-timeout.ts'
import { paced, tooSlow, type Pace } from './limits/slow-clients.ts'

export interface BodyLimits {
  pace: Pace
  /** Of what the body is, however little was sent of it. */
  maxBytes: number
}

/** Of a body that is read in one piece, as it was sent. */
const SMALL_BYTES = 64 * 1024

/** All of it. @throws as `bodyParts` */
export async function wholeBody(request: Request, limits: BodyLimits): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Number(request.headers.get('content-length') ?? NaN)
  if (bytes > Math.min(SMALL_BYTES, limits.maxBytes) || Number.isNaN(bytes) || isGzipped(request))
    return Buffer.concat(await Array.fromAsync(bodyParts(request, limits)))
  const { graceMs, msPerKib } = limits.pace
  return new Uint8Array(
    await withTimeout(graceMs + (bytes / 1024) * msPerKib, request.arrayBuffer(), tooSlow),
  )
}

/** @throws ProblemError `CODING_UNSUPPORTED`, `BODY_UNREADABLE`, `BODY_TOO_LARGE`, `BODY_TOO_SLOW` */
export async function* bodyParts(
  request: Request,
  { pace, maxBytes }: BodyLimits,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const isGzip = isGzipped(request)
  if (!request.body) return
  const sent = paced(request.body, pace) as AsyncGenerator<Uint8Array<ArrayBuffer>>
  let size = 0
  for await (const part of isGzip ? inflated(sent) : sent) {
    size += part.byteLength
    if (size > maxBytes) throw new ProblemError('BODY_TOO_LARGE', `At most ${maxBytes} bytes.`)
    await nextTurn()
    yield part
  }
}

function isGzipped(request: Request): boolean {
  const coding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  if (coding === 'gzip' || coding === 'x-gzip') return true
  if (coding === 'identity' || coding === '') return false
  throw new ProblemError('CODING_UNSUPPORTED', `Send the body as it is or as gzip, not as ${coding}.`)
}

async function* inflated(
  sent: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let refusal: unknown
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await sent.next()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        refusal = error
        controller.error(error)
      }
    },
    cancel: async () => void (await sent.return(undefined)),
  })
  try {
    yield* source.pipeThrough(new DecompressionStream('gzip'))
  } catch {
    throw refusal ?? new ProblemError('BODY_UNREADABLE', 'The body is not valid gzip.')
  }
}
