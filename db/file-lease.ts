/** Leases of names between the processes of one machine: a locked file for each, beside the database. */
import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs'
import { libc } from './libc.ts'

const EXCLUSIVELY_AT_ONCE = 2 | 4

let flock: ((file: number, operation: number) => number) | undefined

/**
 * The kernel takes the lock back the moment its holder dies, by kill -9 too. The holder removes the file before it gives
 * the lock back, so that a name leaves nothing behind.
 * @returns undefined at once when another holds the name, in this process or in another
 */
export function acquireFileLease(database: string, name: string): AsyncDisposable | undefined {
  const path = `${database}-lease-${Bun.hash(name).toString(36)}`
  flock ??= load()
  for (;;) {
    const file = openSync(path, 'a')
    if (flock(file, EXCLUSIVELY_AT_ONCE) !== 0) {
      closeSync(file)
      return undefined
    }
    // Otherwise the holder before has removed what was opened here, and the next one may have made another.
    if (fstatSync(file).ino === statSync(path, { throwIfNoEntry: false })?.ino) {
      const release = async () => {
        rmSync(path, { force: true })
        closeSync(file)
      }
      return { [Symbol.asyncDispose]: release }
    }
    closeSync(file)
  }
}

function load() {
  const functions = libc({ flock: { args: ['i32', 'i32'], returns: 'i32' } })
  if (!functions) throw new Error('This system has no flock.')
  return functions.flock
}
