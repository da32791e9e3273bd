/** Carries what servers tell and ask each other, and decides which of them leads. */
import { keepTotals, METRICS_TOPIC } from '#server/platform/metrics.ts'
import type { Child } from './child.ts'
import type { ToParent } from './messages.ts'

/** A server that does not answer for so long is left out; of its metrics the last ones count. */
const ANSWER_MS = 2_000

export class Relay {
  /** Those that have not ended. */
  readonly #alive = new Set<Child>()
  /** Those that listen, in the order in which they began to. */
  readonly #servers = new Set<Child>()
  /** As the kernel numbers their sockets: the last one takes the number of one that is closed. */
  readonly #sockets: Child[] = []
  #leader: Child | undefined
  /** By topic, what was told last. */
  readonly #told = new Map<string, { from: Child; message: unknown }>()
  readonly #waiting = new Map<number, (value: unknown) => void>()
  #questions = 0
  readonly #lastMetrics = new Map<Child, unknown>()
  /** The totals of servers that have ended. */
  #ended: Promise<unknown> = Promise.resolve()

  /** It starts, and is told what the others were. */
  add(child: Child): void {
    this.#alive.add(child)
    for (const [topic, { message }] of this.#told) child.send({ kind: 'told', topic, message })
  }

  receive(from: Child, message: ToParent): void {
    switch (message.kind) {
      case 'listening':
        this.#servers.add(from)
        this.#closeSocket(from)
        this.#sockets.push(from)
        this.#chooseLeader()
        break
      case 'closed':
        this.#closeSocket(from)
        this.#spread()
        break
      case 'tell':
        this.#tell(from, message.topic, message.message)
        break
      case 'ask':
        void this.#ask(message.topic).then((values) =>
          from.send({ kind: 'answered', id: message.id, values }),
        )
        break
      case 'answer':
        this.#waiting.get(message.id)?.(message.value)
        break
      case 'last':
        if (message.topic === METRICS_TOPIC) this.#lastMetrics.set(from, message.value)
        break
      default:
    }
  }

  /** It has ended. */
  remove(child: Child): void {
    this.#alive.delete(child)
    this.#servers.delete(child)
    this.#closeSocket(child)
    for (const [topic, { from }] of this.#told) if (from === child) this.#tell(child, topic, undefined)
    const last = this.#lastMetrics.get(child)
    this.#lastMetrics.delete(child)
    if (last !== undefined) this.#ended = this.#ended.then((kept) => keepTotals(kept, last))
    if (this.#leader === child) this.#leader = undefined
    this.#chooseLeader()
  }

  /** No new connections come to this one, by what another sets for all of them. */
  spare(leaving: Child, by: Child): void {
    by.send({ kind: 'spare', socket: this.#sockets.indexOf(leaving), sockets: this.#sockets.length })
  }

  #closeSocket(child: Child): void {
    const socket = this.#sockets.indexOf(child)
    if (socket < 0) return
    const last = this.#sockets.pop()
    if (last && last !== child) this.#sockets[socket] = last
  }

  /** By any of them. */
  #spread(): void {
    for (const server of this.#servers) server.send({ kind: 'spread' })
  }

  #chooseLeader(): void {
    if (this.#leader) return
    this.#leader = [...this.#servers].find(({ isLeaving }) => !isLeaving)
    this.#leader?.send({ kind: 'lead' })
  }

  #tell(from: Child, topic: string, message: unknown): void {
    this.#told.set(topic, { from, message })
    for (const child of this.#alive) if (child !== from) child.send({ kind: 'told', topic, message })
  }

  async #ask(topic: string): Promise<unknown[]> {
    const answers = await Promise.all([...this.#servers].map((server) => this.#answerOf(server, topic)))
    const ended = topic === METRICS_TOPIC ? await this.#ended : undefined
    return [...answers, ended].filter((value) => value !== undefined)
  }

  async #answerOf(server: Child, topic: string): Promise<unknown> {
    const id = (this.#questions += 1)
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, resolve)
    const timer = setTimeout(resolve, ANSWER_MS, undefined)
    server.send({ kind: 'asked', id, topic })
    const answer = await Promise.race([promise, server.exited.then(() => undefined)])
    clearTimeout(timer)
    this.#waiting.delete(id)
    if (topic !== METRICS_TOPIC) return answer
    if (answer !== undefined && this.#servers.has(server)) this.#lastMetrics.set(server, answer)
    return answer ?? this.#lastMetrics.get(server)
  }
}
