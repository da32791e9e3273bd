/**
 * Load shedding: bounds on requests in flight. A server that accepts more than it can answer in time is slow for every
 * client; one that refuses the rest at once is fast for most. Reads, which are safe to retry, are refused first.
 */
import { ProblemError } from '#server/errors.ts'
import type { Cost } from '#server/operation.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import type { RequestCost } from '#server/http/exchange.ts'

/** In flight, of any kind, when a request of this kind is refused: about a second's work of reads from the database. */
export const MAX_IN_FLIGHT: Readonly<Record<Cost, number>> = { read: 1_500, search: 1_500, write: 3_000 }
/** Answers that stay open: each costs memory, and a file also work, for as long as its client likes. */
export const MAX_OPEN = {
  events: { all: 1_000, ofOneCaller: 50 },
  file: { all: 50, ofOneCaller: 10 },
} as const

type Kind = keyof typeof MAX_OPEN
type Answer = Response | Promise<Response>

export interface Shedding {
  enter: (caller: string, cost: RequestCost) => Slot | { refusal: ProblemError }
}

export interface Slot {
  leaveAfter: (answer: Answer) => Answer
}

export function createShedding(metrics: Metrics): Shedding {
  let inFlight = 0
  const open = { events: new Slots('events'), file: new Slots('file') }
  const shed = metrics.counter({
    name: 'adstock_shed_total',
    help: 'Requests refused with 503 because too much was in hand',
    labels: ['kind'],
  })
  metrics.gauge({ name: 'adstock_requests_in_flight', help: 'Requests without an answer yet' }, (set) =>
    set({}, inFlight),
  )
  metrics.gauge({ name: 'adstock_open_answers', help: 'Answers that stay open', labels: ['kind'] }, (set) => {
    for (const [kind, { taken }] of Object.entries(open)) set({ kind }, taken)
  })
  const refuse = (kind: string, detail: string) => {
    shed.add({ kind })
    return { refusal: new ProblemError('UNAVAILABLE', detail) }
  }
  const left = () => void (inFlight -= 1)
  const plain: Slot = { leaveAfter: (answer) => after(answer, left) }

  return {
    enter(caller, { policy, holdsOpen }) {
      if (inFlight >= MAX_IN_FLIGHT[policy])
        return refuse(policy, 'More requests are in hand than this server answers in time.')
      if (holdsOpen === undefined) {
        inFlight += 1
        return plain
      }
      const slots = open[holdsOpen]
      if (!slots.take(caller)) return refuse(holdsOpen, 'Too many answers of this kind are open.')
      inFlight += 1
      return {
        leaveAfter: (answer) =>
          after(answer, left, (response) => lasting(response, () => slots.free(caller))),
      }
    },
  }
}

/** How many are open, in all and of each caller. */
class Slots {
  readonly #kind: Kind
  readonly #byCaller = new Map<string, number>()
  taken = 0

  constructor(kind: Kind) {
    this.#kind = kind
  }

  take(caller: string): boolean {
    const { all, ofOneCaller } = MAX_OPEN[this.#kind]
    const own = this.#byCaller.get(caller) ?? 0
    if (this.taken >= all || own >= ofOneCaller) return false
    this.taken += 1
    this.#byCaller.set(caller, own + 1)
    return true
  }

  free(caller: string): void {
    const own = this.#byCaller.get(caller) ?? 0
    this.taken -= 1
    if (own > 1) this.#byCaller.set(caller, own - 1)
    else this.#byCaller.delete(caller)
  }
}

const same = (response: Response) => response

function after(answer: Answer, left: () => void, last: (response: Response) => Response = same): Answer {
  if (answer instanceof Promise) return answer.finally(left).then(last)
  left()
  return last(answer)
}

/** The same answer; says once when its body is at its end, broken off, or left. JSON is whole already. */
function lasting(response: Response, onEnd: () => void): Response {
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  const reader = isJson ? undefined : response.body?.getReader()
  if (!reader) {
    onEnd()
    return response
  }
  let ended = false
  const end = () => {
    if (!ended) onEnd()
    ended = true
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          end()
          controller.close()
        } catch (error) {
          end()
          controller.error(error)
        }
      },
      async cancel(reason) {
        end()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { status: response.status, headers: response.headers })
}
