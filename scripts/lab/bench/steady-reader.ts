/**
 * Reads at a steady pace, on one bare socket: `bun scripts/lab/bench/steady-reader.ts '{"port":3000,"path":"/"}'`, told
 * over IPC when a measurement begins and ends. A process of its own, which stands for one on another machine: it takes
 * precedence, as far as it may, so that what it waits for is the server and nothing else. A read is timed from when it
 * was due, so that a stall delays every read that falls into it.
 */
import { constants, setPriority } from 'node:os'
import { takeShortSlices } from '#server/platform/short-slices.ts'
import { headOfWhole } from './load.ts'
import { ofAllKeys, type Asked } from './load-requests.ts'

const PACE_MS = 4

export interface Waited {
  p99: number
  max: number
  reads: number
}

export type Steady = Pick<Asked, 'port' | 'path'> & Partial<Pick<Asked, 'keys'>>

const steady = JSON.parse(process.argv[2] ?? '{}') as Steady
const requests = ofAllKeys({ keys: 1, ...steady, headers: {}, connections: 1 })

let times: number[] = []
let begunAt = 0
let received = Buffer.alloc(0)
let answered = Promise.withResolvers<void>()

takePrecedence()
const socket = await Bun.connect({
  hostname: '127.0.0.1',
  port: steady.port,
  socket: {
    data(_, chunk) {
      received = Buffer.concat([received, chunk])
      if (headOfWhole(received) !== undefined) answered.resolve()
    },
    close: () => process.exit(1),
  },
})
process.on('message', (told: 'begin' | 'end') => (told === 'end' ? answer() : begin()))

for (let due = performance.now(); ; due += PACE_MS) {
  await Bun.sleep(Math.max(0, due - performance.now()))
  received = Buffer.alloc(0)
  answered = Promise.withResolvers()
  socket.write(`${requests.next(0).line} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  await answered.promise
  if (due >= begunAt) times.push(performance.now() - due)
}

function takePrecedence(): void {
  takeShortSlices()
  try {
    setPriority(0, constants.priority.PRIORITY_HIGHEST)
  } catch {
    // Only root may.
  }
}

function begin(): void {
  times = []
  begunAt = performance.now()
}

function answer(): void {
  const sorted = times.toSorted((a, b) => a - b)
  process.send?.({
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    max: sorted.at(-1) ?? 0,
    reads: sorted.length,
  } satisfies Waited)
}
