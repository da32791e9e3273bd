/**
 * As many requests as a server takes, on kept-alive connections with one request at a time each; a process of its
 * own, on bare sockets, so that the server and not the client is what is measured.
 * `bun scripts/lab/bench/load.ts '{"port":3000,"path":"/",…}'` prints one line of JSON.
 */
export interface Load {
  port: number
  /** `{n}` in it is a random number from 1 to `keys`. */
  path: string
  keys: number
  /** Instead, each number once, whatever the time. */
  once?: boolean
  headers: Record<string, string>
  /** Sent with POST. */
  body?: string
  connections: number
  seconds: number
}

export interface LoadResult {
  perSecond: number
  medianMs: number
  p99Ms: number
  statuses: Record<string, number>
}

interface Connection {
  sentAt: number
  received: Buffer
}

async function run(load: Load): Promise<LoadResult> {
  const times: number[] = []
  const statuses: Record<string, number> = {}
  const { body = '' } = load
  const posted = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  const named = { host: 'localhost', ...load.headers, ...(body !== '' && posted) }
  const headers = Object.entries(named).map(([name, value]) => `${name}: ${value}\r\n`)
  const method = body === '' ? 'GET' : 'POST'
  const tail = ` HTTP/1.1\r\n${headers.join('')}\r\n${body}`
  let sent = 0
  const next = () => {
    const n = load.once ? Math.min(sent + 1, load.keys) : 1 + Math.floor(Math.random() * load.keys)
    sent += 1
    return `${method} ${load.path.replace('{n}', String(n))}${tail}`
  }
  const endsAt = performance.now() + load.seconds * 1000
  const goesOn = (now: number) => (load.once ? sent < load.keys : now < endsAt)
  const done = Promise.withResolvers<void>()
  let open = load.connections
  const sockets = Array.from({ length: load.connections }, () =>
    Bun.connect<Connection>({
      hostname: '127.0.0.1',
      port: load.port,
      data: { sentAt: 0, received: Buffer.alloc(0) },
      socket: {
        open(socket) {
          socket.data.sentAt = performance.now()
          socket.write(next())
        },
        data(socket, chunk) {
          const { data } = socket
          data.received = data.received.length === 0 ? chunk : Buffer.concat([data.received, chunk])
          const status = wholeAnswer(data.received)
          if (status === undefined) return
          const now = performance.now()
          times.push(now - data.sentAt)
          statuses[status] = (statuses[status] ?? 0) + 1
          data.received = Buffer.alloc(0)
          data.sentAt = now
          if (goesOn(now)) socket.write(next())
          else socket.end()
        },
        close() {
          open -= 1
          if (open === 0) done.resolve()
        },
        error: (_, error) => done.reject(error),
      },
    }),
  )
  await Promise.all(sockets)
  await done.promise
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return { perSecond: times.length / load.seconds, medianMs: at(0.5), p99Ms: at(0.99), statuses }
}

/** The status, once head and body have come. */
function wholeAnswer(received: Buffer): string | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.toString('latin1', 0, end)
  const length = /content-length: (\d+)/i.exec(head)?.[1] ?? '0'
  return received.length >= end + 4 + Number(length) ? head.slice(9, 12) : undefined
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as Load)))
