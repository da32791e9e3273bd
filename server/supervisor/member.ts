/** A server among others on one port: its end of the channel to their parent. */
import { openSharedArrivals } from '#server/platform/shared-arrivals.ts'
import { noSiblings, type Siblings } from '#server/platform/siblings.ts'
import { MEMORY } from './child.ts'
import type { Listening, ToParent, ToServer } from './messages.ts'
import { keepNewConnectionsFrom, spreadNewConnections } from './new-connections.ts'

export interface Leaving {
  reason: string
  /** The others go on, so that nothing need be refused. */
  handover: boolean
}

/** Disposing of it closes the channel, which otherwise keeps the process alive. */
export interface Member extends Siblings, Disposable {
  listening: (listening: Listening) => void
  /** Settles when it is to end, and no signal says so. */
  leaving: Promise<Leaving>
  /** It leaves, and takes no more connections. */
  closed: () => void
  /** It is about to end, with these last answers. */
  part: () => Promise<void>
}

/** The parent waits less for the others. */
const ASK_MS = 5_000
/** Has no answer. */
const HEARD = 'heard'

/** @param onListening what is made of it where no parent hears of it */
export function alone(onListening: (listening: Listening) => void): Member {
  return {
    ...noSiblings(),
    listening: onListening,
    leaving: new Promise(() => {}),
    closed: () => {},
    part: async () => {},
    [Symbol.dispose]: () => {},
  }
}

export function joinSiblings(): Member {
  const leading = Promise.withResolvers<void>()
  const leaving = Promise.withResolvers<Leaving>()
  const answers = new Map<string, () => unknown>()
  const listeners = new Map<string, (message: unknown) => void>()
  /** Before there was a listener, too. */
  const told = new Map<string, unknown>()
  const waiting = new Map<number, (values: unknown[] | undefined) => void>()
  let questions = 0

  const answer = async (topic: string) => {
    try {
      return await answers.get(topic)?.()
    } catch {
      return undefined
    }
  }
  const receive = async (message: ToServer) => {
    if (message.kind === 'lead') leading.resolve()
    else if (message.kind === 'leave') leaving.resolve({ reason: 'replaced', handover: true })
    else if (message.kind === 'spare') keepNewConnectionsFrom(message.socket, message.sockets)
    else if (message.kind === 'spread') spreadNewConnections()
    else if (message.kind === 'told') {
      told.set(message.topic, message.message)
      listeners.get(message.topic)?.(message.message)
    } else if (message.kind === 'answered') waiting.get(message.id)?.(message.values)
    else send({ kind: 'answer', id: message.id, value: await answer(message.topic) })
  }
  process.on('message', (message: ToServer) => void receive(message))
  process.on('disconnect', () => {
    leaving.resolve({ reason: 'the parent has ended', handover: false })
    for (const resolve of waiting.values()) resolve(undefined)
  })
  // A terminal that closes tells it to all; the parent decides.
  process.on('SIGHUP', () => {})

  const ask = async (topic: string) => {
    if (!process.connected) return [await answer(topic)]
    const id = (questions += 1)
    const { promise, resolve } = Promise.withResolvers<unknown[] | undefined>()
    waiting.set(id, resolve)
    send({ kind: 'ask', id, topic })
    const timer = setTimeout(resolve, ASK_MS, undefined)
    const values = await promise
    clearTimeout(timer)
    waiting.delete(id)
    return values ?? [await answer(topic)]
  }
  return {
    sharesPort: true,
    arrivals: openSharedArrivals(MEMORY),
    leading: leading.promise,
    leaving: leaving.promise,
    listening: (listening) => send({ kind: 'listening', ...listening }),
    closed: () => send({ kind: 'closed' }),
    tell: (topic, message) => send({ kind: 'tell', topic, message }),
    onTold(topic, listener) {
      listeners.set(topic, listener)
      if (told.has(topic)) listener(told.get(topic))
    },
    answer: (topic, give) => void answers.set(topic, give),
    ask,
    // Messages keep their order: an answer to this comes after what was told before.
    heard: async () => void (await ask(HEARD)),
    async part() {
      for (const topic of answers.keys()) send({ kind: 'last', topic, value: await answer(topic) })
    },
    [Symbol.dispose]() {
      if (process.connected) process.disconnect?.()
    },
  }
}

function send(message: ToParent): void {
  try {
    process.send?.(message)
  } catch {
    // The parent has ended, and that is told elsewhere.
  }
}
