/** A server as its parent sees it. */
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Listening, ToParent, ToServer } from './messages.ts'

export interface Child {
  /** Its number among the servers; the one that takes its place has the same. */
  n: number
  pid: number
  startedAtMs: number
  /** Undefined when it ended before. */
  listening: Promise<Listening | undefined>
  /** With its code, of a signal as a shell tells it. */
  exited: Promise<number>
  isLeaving: boolean
  /** What has ended hears nothing. */
  send: (message: ToServer) => void
  terminate: () => void
}

export interface Spawning {
  n: number
  env: Readonly<Record<string, string | undefined>>
  /** Shared memory: its fourth descriptor. */
  memory: number
  onMessage: (child: Child, message: ToParent) => void
}

const SIGNALS: Readonly<Record<string, number>> = constants.signals
const PROGRAM = join(import.meta.dir, '../main.ts')
/** The first descriptor that a server inherits beside its input and outputs. */
export const MEMORY = 3

export function spawnChild({ n, env, memory, onMessage }: Spawning): Child {
  const listening = Promise.withResolvers<Listening | undefined>()
  const spawned = Bun.spawn([process.execPath, ...process.execArgv, PROGRAM, '--server', String(n)], {
    env,
    // Lines of a log are written whole, up to 4 KiB on a pipe: no process needs to pass them on.
    stdio: ['ignore', 'inherit', 'inherit', memory],
    ipc(message: ToParent) {
      if (message.kind === 'listening') listening.resolve(message)
      onMessage(child, message)
    },
  })
  const exited = spawned.exited.then((code) => {
    listening.resolve(undefined)
    return spawned.signalCode === null ? code : 128 + (SIGNALS[spawned.signalCode] ?? 0)
  })
  const child: Child = {
    n,
    pid: spawned.pid,
    startedAtMs: performance.now(),
    listening: listening.promise,
    exited,
    isLeaving: false,
    send(message) {
      try {
        spawned.send(message)
      } catch {
        // It has ended, and that is told elsewhere.
      }
    },
    terminate: () => spawned.kill('SIGTERM'),
  }
  return child
}
