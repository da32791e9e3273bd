/** For tests: a private Redis that may be killed, stopped, emptied, and started again from an old dump. */
import { RedisClient } from 'bun'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'

export interface TemporaryRedis extends AsyncDisposable {
  port: number
  /** `redis://…`, the same after each start. */
  url: string
  /** Over a connection of its own: `command('CONFIG', 'SET', 'maxmemory', '1mb')`. Not while it is paused or dead. */
  command(name: string, ...parameters: string[]): Promise<unknown>
  /** SIGSTOP: connections stay open, and no command is answered. */
  pause(): void
  resume(): void
  /** SIGKILL; also when it is paused or dead already. */
  kill(): Promise<void>
  /** Keeps what it holds now, for a later `start`. */
  saveDump(): Promise<RedisDump>
  /** After `kill`: empty, or as it was when the dump was saved. */
  start(dump?: RedisDump): Promise<void>
}

export interface RedisDump {
  path: string
}

const PROGRAM = 'redis-server'
const DUMP = 'dump.rdb'
const START_TIMEOUT_MS = 10_000

export async function temporaryRedis(): Promise<TemporaryRedis> {
  if (!Bun.which(PROGRAM)) throw new Error(`${PROGRAM} is missing: install the package ${PROGRAM}.`)
  const folder = await mkdtemp(join(tmpdir(), 'adstock-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server: ChildProcess | undefined
  let dumps = 0

  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  const start = async (dump?: RedisDump) => {
    await rm(join(folder, DUMP), { force: true })
    if (dump) await copyFile(dump.path, join(folder, DUMP))
    server = run(folder, port)
    await answering(url)
  }
  await start()
  return {
    port,
    url,
    kill,
    start,
    command: (name, ...parameters) => command(url, name, parameters),
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    async saveDump() {
      await command(url, 'SAVE', [])
      const path = join(folder, `saved-${++dumps}.rdb`)
      await copyFile(join(folder, DUMP), path)
      return { path }
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Dumps are written only when asked for. */
function run(folder: string, port: number): ChildProcess {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--dbfilename', DUMP]
  return spawn(PROGRAM, [...settings, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
}

async function command(url: string, name: string, parameters: string[]): Promise<unknown> {
  const client = new RedisClient(url, { autoReconnect: false })
  try {
    await client.connect()
    return await client.send(name, parameters)
  } finally {
    client.close()
  }
}

async function answering(url: string): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      // While it still loads a dump, it answers with an error.
      await command(url, 'PING', [])
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await Bun.sleep(10)
    }
  }
}
