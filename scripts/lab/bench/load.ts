/**
 * As many requests as a server takes, on kept-alive connections with one request at a time each; a process of its
 * own, on bare sockets, so that the server and not the client is what is measured.
 * `bun scripts/lab/bench/load.ts '{"port":3000,"path":"/",…}'` prints one line of JSON.
 */
import { processorMs } from '#scripts/lab/harness/process-time.ts'
import { ofAllKeys, priceWrites, type Asked } from './load-requests.ts'

export interface Load extends Asked {
  /** Instead of reads, prices are written. */
  writes?: boolean
  seconds: number
  /** Of the server's processes, whose processor time is measured. */
  pids?: readonly number[]
}

export interface LoadResult {
  perSecond: number
  medianMs: number
  p99Ms: number
  /** Of one core, that this process took meanwhile. */
  cpuShare: number
  statuses: Record<string, number>
  /** Processor time of the server for a request. */
  processorUs: number
}

interface Connection {
  sentAt: number
  received: Buffer
}

async function run(load: Load): Promise<LoadResult> {
  const times: number[] = []
  const statuses: Record<string, number> = {}
  const fixed = headerLines({ host: 'localhost', ...load.headers })
  const requests = load.writes ? await priceWrites(load) : ofAllKeys(load)
  let sent = 0
  const next = (connection: number) => {
    sent += 1
    const { line, headers = {}, body = '' } = requests.next(connection)
    return `${line} HTTP/1.1\r\n${fixed}${headerLines(headers)}\r\n${body}`
  }
  const usedMs = () => (load.pids ?? []).reduce((sum, pid) => sum + processorMs(pid), 0)
  const usedBeforeMs = usedMs()
  const startedAt = performance.now()
  const cpuAtStart = process.cpuUsage()
  const endsAt = startedAt + load.seconds * 1000
  const goesOn = (now: number) => (load.once ? sent < load.keys : now < endsAt)
  const done = Promise.withResolvers<void>()
  let open = load.connections
  const sockets = Array.from({ length: load.connections }, (_, connection) =>
    Bun.connect<Connection>({
      hostname: '127.0.0.1',
      port: load.port,
      data: { sentAt: 0, received: Buffer.alloc(0) },
      socket: {
        open(socket) {
          socket.data.sentAt = performance.now()
          socket.write(next(connection))
        },
        data(socket, chunk) {
          const { data } = socket
          data.received = data.received.length === 0 ? chunk : Buffer.concat([data.received, chunk])
          const head = headOfWhole(data.received)
          if (head === undefined) return
          const status = head.slice(9, 12)
          requests.answered?.(connection, head)
          const now = performance.now()
          times.push(now - data.sentAt)
          statuses[status] = (statuses[status] ?? 0) + 1
          data.received = Buffer.alloc(0)
          data.sentAt = now
          if (goesOn(now)) socket.write(next(connection))
          else socket.end()
        },
        close() {
          open -= 1
          if (open === 0) done.resolve()
        },
        error: (_socket, error) => done.reject(error),
      },
    }),
  )
  await Promise.all(sockets)
  await done.promise
  const { user, system } = process.cpuUsage(cpuAtStart)
  const cpuShare = (user + system) / 1000 / (performance.now() - startedAt)
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return {
    perSecond: times.length / load.seconds,
    medianMs: at(0.5),
    p99Ms: at(0.99),
    cpuShare,
    statuses,
    processorUs: ((usedMs() - usedBeforeMs) * 1000) / times.length,
  }
}

function headerLines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

/** The head of an answer, once its body has come as well. */
export function headOfWhole(received: Buffer): string | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.toString('latin1', 0, end)
  const length = /content-length: (\d+)/i.exec(head)?.[1] ?? '0'
  return received.length >= end + 4 + Number(length) ? head : undefined
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as Load)))
