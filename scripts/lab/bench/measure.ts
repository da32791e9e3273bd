export async function timed<T>(run: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now()
  const result = await run()
  return { result, ms: performance.now() - start }
}

export interface Cost {
  mean: number
  median: number
  p95: number
}

/** Milliseconds of one run, after a tenth of the rounds to warm up. */
export async function costOf(run: () => unknown, { rounds = 300 } = {}): Promise<Cost> {
  for (let round = 0; round < rounds / 10; round += 1) await run()
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { mean: times.reduce((sum, time) => sum + time, 0) / times.length, median: at(0.5), p95: at(0.95) }
}

export function print(what: string, measured: string, comparison: string): void {
  console.log(`${what.padEnd(56)} ${measured.padStart(28)}   ${comparison}`)
}
