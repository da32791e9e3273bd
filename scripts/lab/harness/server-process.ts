/** For tests and screenshots: the real server as a process of its own, which can be killed and come back. */
import { join } from 'node:path'
import { serverSettings } from './test-server.ts'

const MAIN = join(import.meta.dir, '../../../server/main.ts')
const START_TIMEOUT_MS = 20_000

export interface ServerProcess extends AsyncDisposable {
  url: string
  kill(): Promise<void>
  /** Starts again where it was, with what it had. */
  restart(): Promise<void>
}

/** @param folder where it keeps its database and its ads */
export async function startServerProcess(
  folder: string,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const settings = {
    ...serverSettings(folder),
    RATE_LIMIT: 'off',
    PATH: Bun.env['PATH'] ?? '',
    ...env,
  }
  let running = await startSomewhere(settings)
  const { url } = running
  const kill = async () => {
    running.process.kill('SIGTERM')
    await running.process.exited
  }
  return {
    url,
    kill,
    async restart() {
      running = await spawn({ ...settings, PORT: new URL(url).port })
    },
    [Symbol.asyncDispose]: kill,
  }
}

/**
 * Below the ports that systems lend to outgoing connections (32768 and up on Linux): of those, one could be taken
 * while the server is away, and it could not come back.
 */
const PORTS = { first: 20_000, count: 10_000 }
const MAX_PORT_TRIES = 5

async function startSomewhere(settings: Record<string, string>) {
  for (let tries = 1; ; tries++) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    try {
      return await spawn({ ...settings, PORT: String(port) })
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('EADDRINUSE')
      if (!taken || tries === MAX_PORT_TRIES) throw error
    }
  }
}

async function spawn(env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, MAIN], { env, stdout: 'ignore', stderr: 'pipe' })
  const started = Promise.withResolvers<string>()
  const timeout = setTimeout(
    () => started.reject(new Error('The server did not start in time.')),
    START_TIMEOUT_MS,
  )
  void readLog(child.stderr, started.resolve).then((log) =>
    started.reject(new Error(`The server ended before it listened:\n${log}`)),
  )
  try {
    return { process: child, url: (await started.promise).replace(/\/$/, '') }
  } finally {
    clearTimeout(timeout)
  }
}

/** Reads to the end, lest the pipe fill up; the first line with an address says that it listens. */
async function readLog(stream: ReadableStream<Uint8Array>, onUrl: (url: string) => void): Promise<string> {
  const decoder = new TextDecoder()
  let log = ''
  for await (const chunk of stream) {
    log = (log + decoder.decode(chunk, { stream: true })).slice(-20_000)
    const url = /"url":"(http[^"]+)"/.exec(log)?.[1]
    if (url !== undefined) onUrl(url)
  }
  return log
}
