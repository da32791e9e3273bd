import { join } from 'node:path'
import type { Load, LoadResult } from './load.ts'

export const CONNECTIONS = 32

/** In a process of its own. @throws Error when the load could not be run */
export async function runLoad(load: Partial<Load> & Pick<Load, 'port' | 'path'>): Promise<LoadResult> {
  const whole: Load = { keys: 1, headers: {}, connections: CONNECTIONS, seconds: 3, ...load }
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'load.ts'), JSON.stringify(whole)], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [result, mistake] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0) throw new Error(`The load could not be run: ${mistake}`)
  return JSON.parse(result) as LoadResult
}

/** The round in the middle, by its rate. */
export function medianOf(results: readonly LoadResult[]): LoadResult {
  const sorted = results.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('Nothing was measured.')
  return middle
}
