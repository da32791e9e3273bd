import { join } from 'node:path'
import type { Asked } from './load-requests.ts'

/** Between one read and the next. */
export const PACE_MS = 4

export type Steady = Pick<Asked, 'port' | 'path'> & Partial<Pick<Asked, 'keys'>>

export interface Waited {
  p99: number
  max: number
  reads: number
  /** Of these, that were not answered with 200. */
  refused: number
}

export type During = (work: () => Promise<unknown>) => Promise<Waited>

/** What a steady reader of this waits for while something is done. */
export function startReader(steady: Steady): Disposable & { during: During } {
  let answered = Promise.withResolvers<Waited>()
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, 'steady-reader.ts'), JSON.stringify(steady)],
    {
      ipc: (waited) => answered.resolve(waited as Waited),
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  return {
    async during(work) {
      child.send('begin')
      await work()
      answered = Promise.withResolvers()
      child.send('end')
      return await answered.promise
    },
    [Symbol.dispose]: () => child.kill(),
  }
}
