import { join } from 'node:path'
import type { Steady, Waited } from './steady-reader.ts'

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
