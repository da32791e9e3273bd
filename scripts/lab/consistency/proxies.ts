/** The connections between a server and what it needs, as far as they can be disturbed. */
import type { ProxyMode, ProxyOpened, ProxyOrder } from './proxy-worker.ts'

export interface Link {
  port: number
  set: (mode: ProxyMode) => void
  /** Ends every connection at once, as a crashed peer's network does. */
  reset: () => void
}

export interface Proxies extends Disposable {
  open: (targetPort: number) => Promise<Link>
}

export function startProxies(): Proxies {
  const worker = new Worker(new URL('./proxy-worker.ts', import.meta.url))
  const opened = new Map<number, (port: number) => void>()
  worker.addEventListener('message', ({ data }: MessageEvent<ProxyOpened>) =>
    opened.get(data.id)?.(data.port),
  )
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
  const send = (order: ProxyOrder) => worker.postMessage(order)
  let proxies = 0
  return {
    async open(targetPort) {
      const id = ++proxies
      const port = await new Promise<number>((resolve) => {
        opened.set(id, resolve)
        send({ id, do: 'open', targetPort })
      })
      return {
        port,
        set: (mode) => send({ id, do: 'mode', mode }),
        reset: () => send({ id, do: 'reset' }),
      }
    },
    [Symbol.dispose]: () => worker.terminate(),
  }
}
