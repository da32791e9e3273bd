/** A server as a process with a port of its own, which it keeps when it is started again. */
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'

export interface Replica extends AsyncDisposable {
  port: number
  /** @param root of another version to run from now on */
  start(root?: string): Promise<void>
  /** SIGTERM. @returns the exit code and how long it took */
  stop(): Promise<{ code: number; ms: number }>
  /** SIGKILL. */
  kill(): Promise<void>
  metrics(): Promise<string>
}

export interface ReplicaOptions {
  environment: Record<string, string>
  /** Where its log goes. */
  log: string
}

/** Of this version. */
export const ROOT = join(import.meta.dir, '../../..')
const READY_TIMEOUT_MS = 60_000

export async function createReplica({ environment, log }: ReplicaOptions): Promise<Replica> {
  const port = await freePort()
  let server: ReturnType<typeof spawn> | undefined
  let folder = ROOT
  const spawn = () =>
    Bun.spawn([process.execPath, 'server/main.ts'], {
      cwd: folder,
      env: { ...process.env, LOG_FORMAT: 'json', LOG_LEVEL: 'warn', ...environment, PORT: String(port) },
      stdin: 'ignore',
      stdout: Bun.file(`${log}-out.log`),
      stderr: Bun.file(`${log}-err.log`),
    })
  const kill = async () => {
    server?.kill('SIGKILL')
    await server?.exited
  }
  return {
    port,
    kill,
    async start(root = folder) {
      folder = root
      server = spawn()
      await ready(port, server)
    },
    async stop() {
      const startedAtMs = performance.now()
      server?.kill('SIGTERM')
      const code = (await server?.exited) ?? 0
      return { code, ms: performance.now() - startedAtMs }
    },
    metrics: async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    [Symbol.asyncDispose]: kill,
  }
}

async function ready(port: number, server: Bun.Subprocess): Promise<void> {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    const answers = await fetch(`http://127.0.0.1:${port}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (answers) return
    if (server.exitCode !== null)
      throw new Error(`The server ended with ${server.exitCode} instead of listening.`)
    if (performance.now() > giveUpAt) throw new Error('The server did not become ready.')
    await Bun.sleep(50)
  }
}
