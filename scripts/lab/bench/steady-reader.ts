/**
 * Reads at a steady pace, on bare sockets: `bun scripts/lab/bench/steady-reader.ts '{"port":3000,"path":"/"}'`, told over
 * IPC when a measurement begins and ends. A process of its own, which stands for one on another machine: it takes
 * precedence, as far as it may, so that what it waits for is the server and nothing else. A read is timed from when it
 * was due, so that a stall delays every read that falls into it.
 */
import type { Socket } from 'bun'
import { constants, setPriority } from 'node:os'
import { takeShortSlices } from '#server/platform/short-slices.ts'
import { PACE_MS, type Steady, type Waited } from './beside.ts'
import { headOfWhole } from './load.ts'
import { ofAllKeys } from './load-requests.ts'

interface Reading {
  received: Buffer
  /** Its head. */
  whole: PromiseWithResolvers<string>
}

const steady = JSON.parse(process.argv[2] ?? '{}') as Steady
const requests = ofAllKeys({ keys: 1, ...steady, headers: {}, connections: 1 })
const idle: Socket<Reading>[] = []
const pending = new Set<Promise<void>>()
let times: number[] = []
let refused = 0
let begunAt = 0

takePrecedence()
process.on('message', (told: 'begin' | 'end') => void (told === 'end' ? answer() : begin()))

for (let due = performance.now(); ; due += PACE_MS) {
  await Bun.sleep(Math.max(0, due - performance.now()))
  const reading = read(due).finally(() => pending.delete(reading))
  pending.add(reading)
}

async function read(dueAt: number): Promise<void> {
  const socket = idle.pop() ?? (await connect())
  const whole = Promise.withResolvers<string>()
  socket.data = { received: Buffer.alloc(0), whole }
  socket.write(`${requests.next(0).line} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  const head = await whole.promise
  if (dueAt >= begunAt) {
    times.push(performance.now() - dueAt)
    if (!head.startsWith('HTTP/1.1 200 ')) refused += 1
  }
  idle.push(socket)
}

async function connect(): Promise<Socket<Reading>> {
  return await Bun.connect<Reading>({
    hostname: '127.0.0.1',
    port: steady.port,
    data: { received: Buffer.alloc(0), whole: Promise.withResolvers() },
    socket: {
      data({ data }, chunk) {
        data.received = Buffer.concat([data.received, chunk])
        const head = headOfWhole(data.received)
        if (head !== undefined) data.whole.resolve(head)
      },
      close(socket) {
        if (idle.includes(socket)) idle.splice(idle.indexOf(socket), 1)
        else socket.data.whole.reject(new Error('The server has closed a connection instead of answering.'))
      },
    },
  })
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
  refused = 0
  begunAt = performance.now()
}

async function answer(): Promise<void> {
  await Promise.all(pending)
  const sorted = times.toSorted((a, b) => a - b)
  process.send?.({
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    max: sorted.at(-1) ?? 0,
    reads: sorted.length,
    refused,
  } satisfies Waited)
}
