/** Readers and writers at whatever place can be asked, until the session is stopped. */
import type { Target } from './request.ts'
import { readSomething } from './readers.ts'
import type { Session } from './session.ts'
import { Writer } from './writers.ts'

export interface Pace {
  /** Where each of them asks. */
  readers: readonly Target[]
  writers: readonly Target[]
  /** Between two questions of one of them, in the mean. */
  readerThinkMs: number
  writerThinkMs: number
}

/** After a question that brought no answer. */
const REST_MS = 20

/** So many, taking turns. */
export function spread(count: number, places: readonly Target[]): Target[] {
  return Array.from({ length: count }, (_, n) => places[n % places.length]).filter(
    (place) => place !== undefined,
  )
}

/** The products that readers and writers begin with. */
export async function createProducts(session: Session): Promise<void> {
  const [first] = session.places
  if (!first) throw new Error('There is no server to query.')
  const founder = new Writer(session, first)
  while (session.alive.length < session.products) await founder.create()
}

/** Ends when the session is stopped. */
export async function startLoad(session: Session, pace: Pace): Promise<void> {
  const read = async (place: Target) => {
    while (!session.stopped) {
      const before = session.tally.unanswered
      await readSomething(session, place)
      const restMs = session.tally.unanswered > before ? REST_MS : 0
      await Bun.sleep(Math.max(restMs, 2 * pace.readerThinkMs * Math.random()))
    }
  }
  const write = async (place: Target) => {
    const writer = new Writer(session, place)
    while (!session.stopped) {
      await writer.writeSomething()
      await Bun.sleep(2 * pace.writerThinkMs * Math.random())
    }
  }
  await Promise.all([...pace.readers.map(read), ...pace.writers.map(write)])
}
