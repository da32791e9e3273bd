/**
 * The parent of several servers on one port. It opens no database and takes no request: it starts the servers, again when
 * one ends, replaces them one by one on SIGHUP, and carries what they tell each other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#server/config.ts'
import { listen } from '#server/http/listen.ts'
import type { Logger } from '#server/platform/log.ts'
import { createSharedMemory } from '#server/platform/shared-arrivals.ts'
import { spawnChild, type Child } from './child.ts'
import type { Listening } from './messages.ts'
import { Relay } from './relay.ts'
import { isHopeless, restartDelayMs } from './restarts.ts'

const EXIT_HOPELESS = 1

export interface SupervisorParts {
  config: Pick<Config, 'host' | 'port' | 'servers'>
  env: Readonly<Record<string, string | undefined>>
  log: Logger
  /** A server listens: the first one, or another. */
  onListening: (listening: Listening) => void
}

/**
 * @returns the exit code: that of the first server when it does not start, 1 when servers end again and again
 * @throws ListenError
 */
export async function supervise(parts: SupervisorParts): Promise<number> {
  requireFreePort(parts.config)
  return await new Supervisor(parts).run()
}

/** A program of the same user that shares its port, such as another Adstock, would be joined without a word. */
function requireFreePort({ host, port }: SupervisorParts['config']): void {
  void listen({ host, port }, () => new Response()).stop(true)
}

class Supervisor {
  readonly #parts: SupervisorParts
  readonly #memory = createSharedMemory()
  readonly #relay = new Relay()
  readonly #alive = new Set<Child>()
  /** By number, the one that is there or is to be. */
  readonly #places = new Map<number, Child>()
  readonly #stopping = new AbortController()
  readonly #deathsAtMs: number[] = []
  #port: string
  #exitCode = 0
  #replacing: Promise<void> = Promise.resolve()

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#port = String(parts.config.port)
  }

  async run(): Promise<number> {
    const { config } = this.#parts
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#stop(signal))
    // Alone at first: one migrates, makes the first key, finds the port, and tells what is wrong.
    const first = this.#spawn(1)
    const listening = await first.listening
    if (!listening) return this.#stopping.signal.aborted ? 0 : (await first.exited) || EXIT_HOPELESS
    this.#port = new URL(listening.url).port
    process.on('SIGHUP', () => {
      this.#replacing = this.#replacing.then(() => this.#replaceAll())
    })
    const others = Array.from({ length: config.servers - 1 }, (_, index) => index + 2)
    await Promise.all([this.#keep(1, first), ...others.map((n) => this.#keep(n))])
    await Promise.all([...this.#alive].map(({ exited }) => exited))
    return this.#exitCode
  }

  #spawn(n: number): Child {
    const { env, onListening } = this.#parts
    const child = spawnChild({
      n,
      env: { ...env, PORT: this.#port },
      memory: this.#memory,
      onMessage: (from, message) => {
        if (message.kind === 'listening') onListening(message)
        this.#relay.receive(from, message)
      },
    })
    this.#alive.add(child)
    this.#relay.add(child)
    void this.#forget(child)
    if (this.#stopping.signal.aborted) child.terminate()
    return child
  }

  async #forget(child: Child): Promise<void> {
    await child.exited
    this.#alive.delete(child)
    this.#relay.remove(child)
  }

  /** A server in this place, until all are to end. */
  async #keep(n: number, started?: Child): Promise<void> {
    let child = started ?? this.#spawn(n)
    let delayMs = 0
    this.#places.set(n, child)
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const code = await child.exited
      if (signal.aborted) return
      if (this.#places.get(n) === child) {
        delayMs = restartDelayMs(delayMs, performance.now() - child.startedAtMs)
        this.#mourn(child, { code, delayMs })
        await sleep(delayMs, undefined, { signal }).catch(() => {})
        if (signal.aborted) return
      }
      // Another one may have been put there meanwhile.
      const successor = this.#places.get(n)
      child = successor && successor !== child ? successor : this.#spawn(n)
      this.#places.set(n, child)
    }
    await child.exited
  }

  /** Nothing that it exits with is right, 0 included: it was not told to. */
  #mourn({ n, pid }: Child, { code, delayMs }: { code: number; delayMs: number }): void {
    const { log } = this.#parts
    this.#deathsAtMs.push(performance.now())
    if (isHopeless(this.#deathsAtMs, performance.now())) {
      log.fatal({ server: n, pid, code }, 'servers end again and again: all are to end')
      this.#exitCode = EXIT_HOPELESS
      this.#stop('too many deaths')
    } else log.error({ server: n, pid, code, in_ms: delayMs }, 'a server has ended, and is started again')
  }

  #stop(reason: string): void {
    if (this.#stopping.signal.aborted) return
    this.#parts.log.info(`${reason}: ${this.#alive.size} servers finish what is in flight`)
    this.#stopping.abort()
    for (const child of this.#alive) child.terminate()
  }

  /** One at a time: the new one listens before the old one leaves. */
  async #replaceAll(): Promise<void> {
    const { log } = this.#parts
    log.info('SIGHUP: each server is replaced')
    for (const n of this.#places.keys()) {
      const successor = this.#spawn(n)
      if (!(await successor.listening)) {
        if (!this.#stopping.signal.aborted)
          log.error({ server: n }, 'the new server did not start: the old ones stay')
        return
      }
      const old = this.#places.get(n)
      this.#places.set(n, successor)
      if (old) await this.#handOver(old, successor)
    }
    log.info('each server is replaced now')
  }

  async #handOver(old: Child, successor: Child): Promise<void> {
    old.isLeaving = true
    // A socket that is closed resets what waits in its queue; so nothing comes there any more.
    this.#relay.spare(old, successor)
    old.send({ kind: 'leave' })
    await old.exited
  }
}
