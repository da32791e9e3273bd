/** TCP proxies in a thread of their own, so that they neither wait for the load nor hold it up. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export type ProxyMode = 'pass' | 'black hole' | 'one way' | 'slow'

export type ProxyOrder = { id: number } & (
  | { do: 'open'; targetPort: number }
  | { do: 'mode'; mode: ProxyMode }
  | { do: 'reset' }
)
export interface ProxyOpened {
  id: number
  port: number
}

declare const self: Worker
const SLOW_MS = 50

class Proxy {
  mode: ProxyMode = 'pass'
  readonly #pipes = new Set<Pipe>()
  readonly server: Server

  constructor(targetPort: number) {
    this.server = createServer({ noDelay: true }, (client) => this.#join(client, targetPort))
    this.server.listen(0, '127.0.0.1')
  }

  set(mode: ProxyMode): void {
    this.mode = mode
    for (const pipe of this.#pipes) pipe.pump()
  }

  reset(): void {
    for (const pipe of this.#pipes) pipe.from.resetAndDestroy()
  }

  #join(client: Socket, targetPort: number): void {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
    this.#pipe({ from: client, to: target, answers: false })
    this.#pipe({ from: target, to: client, answers: true })
  }

  #pipe(ends: { from: Socket; to: Socket; answers: boolean }): void {
    const pipe = new Pipe(this, ends)
    this.#pipes.add(pipe)
    ends.from.on('data', (chunk: Buffer) => pipe.push(chunk))
    // What broke is told by the end that follows.
    ends.from.on('error', () => {})
    ends.from.on('close', () => {
      pipe.push(undefined)
      this.#pipes.delete(pipe)
    })
  }
}

/** One direction. A network that loses packets sends them again later: what is held comes when it may, in order. */
class Pipe {
  readonly from: Socket
  readonly #to: Socket
  readonly #answers: boolean
  readonly #proxy: Proxy
  readonly #queue: { chunk: Buffer | undefined; due: number }[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(proxy: Proxy, { from, to, answers }: { from: Socket; to: Socket; answers: boolean }) {
    this.#proxy = proxy
    this.from = from
    this.#to = to
    this.#answers = answers
  }

  /** @param chunk nothing, when the sender is gone */
  push(chunk: Buffer | undefined): void {
    this.#queue.push({ chunk, due: performance.now() + (this.#proxy.mode === 'slow' ? SLOW_MS / 2 : 0) })
    this.pump()
  }

  pump(): void {
    clearTimeout(this.#timer)
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (this.#proxy.mode === 'black hole' || (this.#proxy.mode === 'one way' && this.#answers)) {
        this.#timer = setTimeout(() => this.pump(), SLOW_MS)
        return
      }
      const wait = next.due - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait)
        return
      }
      this.#queue.shift()
      if (next.chunk) this.#to.write(next.chunk)
      else this.#to.destroy()
    }
  }
}

const proxies = new Map<number, Proxy>()

async function open(id: number, targetPort: number): Promise<void> {
  const proxy = new Proxy(targetPort)
  proxies.set(id, proxy)
  await once(proxy.server, 'listening')
  const address = proxy.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
  self.postMessage({ id, port: address.port } satisfies ProxyOpened)
}

self.addEventListener('message', ({ data }: MessageEvent<ProxyOrder>) => {
  if (data.do === 'open') void open(data.id, data.targetPort)
  else if (data.do === 'mode') proxies.get(data.id)?.set(data.mode)
  else proxies.get(data.id)?.reset()
})
