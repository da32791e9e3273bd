/** For tests: several server processes on one port, as `SERVERS` starts them. */
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'

type LogLine = Record<string, unknown> & { msg: string }

type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

export interface Supervised extends AsyncDisposable {
  /** With a slash at the end. */
  url: string
  parent: ReturnType<typeof spawnServer>
  log: readonly LogLine[]
  /** Of the servers that listen, by their number. */
  pids: () => Map<number, number>
  /** On a connection of its own, which so reaches any of them. */
  ask: (path: string, init?: Asked) => Promise<Response>
}

export async function startSupervised(env: Readonly<Record<string, string>> = {}): Promise<Supervised> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder())
  const settings = { SERVERS: '2', RATE_LIMIT: 'off', LOG_LEVEL: 'debug', ...env }
  const parent = spawnServer(folder.path, settings)
  opened.defer(async () => {
    parent.kill('SIGTERM')
    await parent.exited
  })
  const log: LogLine[] = []
  void follow(parent.stderr, log)
  const url = await urlOf(parent)
  const pids = () => {
    const listening = log.filter(({ msg }) => msg === 'listening')
    return new Map(listening.map(({ server, pid }) => [Number(server), Number(pid)]))
  }
  await until('all listen', () => pids().size === Number(settings.SERVERS))
  const resources = opened.move()
  return {
    url,
    parent,
    log,
    pids,
    ask: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { ...init.headers, connection: 'close' }, keepalive: false }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

export const databaseOf = {
  SQLite: async () => ({}),
  PostgreSQL: async () => ({ DATABASE_URL: await temporaryPostgres() }),
}

async function follow(stream: ReadableStream<Uint8Array<ArrayBuffer>>, log: LogLine[]): Promise<void> {
  let rest = ''
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    log.push(...lines.map((line) => JSON.parse(line) as LogLine))
  }
}
