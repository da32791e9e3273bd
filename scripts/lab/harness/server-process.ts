/** For tests, plays and benches: the real server as a process, which can be stopped or killed and started again. */
import { join } from 'node:path'

/** Of this version. */
export const ROOT = join(import.meta.dir, '../../..')
/** A source that fails at once, so that a server does nothing beside its products. */
export const NO_ADS = join(import.meta.dir, 'no-ads.ts')

export interface ServerProcess extends AsyncDisposable {
  port: number
  /** Without a slash at the end. The port stays when it is started again. */
  url: string
  /** Of the process that runs now. */
  pid(): number
  /** @param root of another version to run from now on */
  start(root?: string): Promise<void>
  /** SIGTERM. @returns the exit code, and how long it took */
  stop(): Promise<{ code: number; ms: number }>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Which does not end it: SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void
}

interface ProcessOptions {
  root?: string
  /** Instead of server/main.ts: another file that starts it, and its arguments. */
  program?: readonly string[] | undefined
}

/**
 * Below the ports that systems lend to outgoing connections (32768 and up on Linux): of those, one could be taken
 * while the server is away, and it could not come back.
 */
const PORTS = { first: 20_000, count: 10_000 }
const MAX_PORT_TRIES = 5
const KEPT_LOG = 20_000

/** @param folder where it keeps its database and its ads */
export async function startServerProcess(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  options: ProcessOptions = {},
): Promise<ServerProcess> {
  for (let tries = 1; ; tries++) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    const server = onPort(port, { folder, env, ...options })
    try {
      await server.start()
      return server
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('is in use')
      if (!taken || tries === MAX_PORT_TRIES) throw error
    }
  }
}

interface OnPort extends ProcessOptions {
  folder: string
  env: Readonly<Record<string, string>>
}

function onPort(port: number, { folder, env, root = ROOT, program }: OnPort): ServerProcess {
  let server: ReturnType<typeof spawnServer> | undefined
  let version = root
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    server?.kill(signal)
    await server?.exited
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    kill,
    pid: () => server?.pid ?? 0,
    signal: (name) => server?.kill(name),
    async start(of = version) {
      version = of
      const settings = { RATE_LIMIT: 'off', ...env, PORT: String(port) }
      server = spawnServer(folder, settings, program ?? [join(version, 'server/main.ts')])
      // Read to its end, lest the pipe fill up.
      const log = lastOf(server.stderr)
      if ((await addressIn(server.stdout)) === undefined)
        throw new Error(`The server ended before it listened:\n${await log}`)
    },
    async stop() {
      const startedAtMs = performance.now()
      await kill('SIGTERM')
      return { code: server?.exitCode ?? 0, ms: performance.now() - startedAtMs }
    },
    [Symbol.asyncDispose]: () => kill('SIGTERM'),
  }
}

/** What a server process of a test runs with, its database and ads in `folder`. */
export function serverSettings(folder: string): Record<string, string> {
  return {
    DATABASE_URL: `file:${join(folder, 'adstock.db')}`,
    ADS_DIR: join(folder, 'ads'),
    ADS_SOURCE: NO_ADS,
    ADS_CRON: 'off',
    LOG_FORMAT: 'json',
  }
}

/** For tests of the process itself: how it ends, and what it prints. @param program as in `ProcessOptions` */
export function spawnServer(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  program: readonly string[] = [join(ROOT, 'server/main.ts')],
) {
  return spawn(folder, [process.execPath, ...program], env)
}

/** With less than it may want. @param limits as a shell sets them: `ulimit -n 80` */
export function spawnCramped(folder: string, limits: string) {
  const command = ['sh', '-c', `${limits}; exec "$@"`, 'sh', process.execPath, join(ROOT, 'server/main.ts')]
  return spawn(folder, command, { LOG_LEVEL: 'error', RATE_LIMIT: 'off' })
}

function spawn(folder: string, command: string[], env: Readonly<Record<string, string>>) {
  return Bun.spawn(command, {
    env: { PATH: Bun.env['PATH'] ?? '', PORT: '0', ...serverSettings(folder), ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

/** Once it listens: its address, with a slash at the end. */
export async function urlOf(server: ReturnType<typeof spawnServer>): Promise<string> {
  const url = await addressIn(server.stdout)
  if (url === undefined)
    throw new Error(`The server did not start: ${await new Response(server.stderr).text()}`)
  return url
}

async function addressIn(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | undefined> {
  let output = ''
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk
    const url = /Adstock is at (\S+)/.exec(output)?.[1]
    if (url !== undefined) return url
  }
  return undefined
}

async function lastOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder()
  let log = ''
  for await (const chunk of stream) log = (log + decoder.decode(chunk, { stream: true })).slice(-KEPT_LOG)
  return log
}
