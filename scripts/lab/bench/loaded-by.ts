/** A server under load from a process of its own. */
import { join } from 'node:path'
import type { Load, LoadResult } from './load.ts'

const SECONDS = 3
const CONNECTIONS = 32

/** What is not told: one key, no headers, 32 connections, three seconds. */
export type Case = Pick<Load, 'path'> & Partial<Load>

export async function loadedBy(load: Case & { port: number }): Promise<LoadResult> {
  const whole: Load = { keys: 1, headers: {}, connections: CONNECTIONS, seconds: SECONDS, ...load }
  const child = Bun.spawn(['bun', join(import.meta.dir, 'load.ts'), JSON.stringify(whole)], {
    stdout: 'pipe',
  })
  return JSON.parse(await new Response(child.stdout).text()) as LoadResult
}

/** By requests a second. */
export function median(results: LoadResult[]): LoadResult {
  const sorted = results.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('Nothing was measured.')
  return middle
}
