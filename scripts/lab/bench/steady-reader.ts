/**
 * Reads one address at a steady pace: `bun scripts/lab/bench/steady-reader.ts URL`, told over IPC when a measurement
 * begins and ends. A process of its own: what it waits for is the server, and nothing else. A read is timed from when
 * it was due, so that a stall delays every read that falls into it.
 */
const PACE_MS = 4

export interface Waited {
  p99: number
  max: number
  reads: number
}

let times: number[] = []
let begunAt = 0
const pending = new Set<Promise<void>>()

process.on('message', (told: 'begin' | 'end') => void (told === 'end' ? answer() : begin()))

for (let due = performance.now(); ; due += PACE_MS) {
  await Bun.sleep(Math.max(0, due - performance.now()))
  const reading = read(due).finally(() => pending.delete(reading))
  pending.add(reading)
}

async function read(dueAt: number): Promise<void> {
  const response = await fetch(process.argv[2] ?? '')
  await response.arrayBuffer()
  if (dueAt >= begunAt) times.push(performance.now() - dueAt)
}

function begin(): void {
  times = []
  begunAt = performance.now()
}

async function answer(): Promise<void> {
  await Promise.all(pending)
  process.send?.(waited())
}

function waited(): Waited {
  const sorted = times.toSorted((a, b) => a - b)
  return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, max: sorted.at(-1) ?? 0, reads: sorted.length }
}
