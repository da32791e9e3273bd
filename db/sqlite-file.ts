/** Whether the file of an open database still stands under its name. Its connections go on with one that was moved away. */
import { statSync } from 'node:fs'
import { DatabaseBusyError } from './database.ts'

const LOOK_EVERY_MS = 100

export interface FileWatch extends Disposable {
  /** Looks at once. @throws DatabaseBusyError when the file was moved or removed */
  requireOwn: () => void
  /** As the last look found it, which costs nothing. @throws DatabaseBusyError */
  requireSeen: () => void
  /** Another database stands under the name. */
  replaced: Promise<void>
}

/** @param path of a file that is there */
export function watchFile(path: string): FileWatch {
  const opened = identityOf(path)
  const { promise: replaced, resolve } = Promise.withResolvers<void>()
  let isOwn = true
  const look = () => {
    const found = identityOf(path)
    isOwn = found === opened
    if (!isOwn && found !== undefined) resolve()
  }
  const requireSeen = () => {
    if (!isOwn) throw new DatabaseBusyError(`The database ${path} was moved away.`)
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  return {
    requireOwn() {
      look()
      requireSeen()
    },
    requireSeen,
    replaced,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
