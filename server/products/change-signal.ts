/**
 * Notifies callers of the next change. One query serves all of them: at once after a write of this process, and by
 * polling for writes of other processes, only while there are callers.
 */

const POLL_MS = 200

export interface ChangeSignal extends Disposable {
  /** Resolves when the feed ends elsewhere than at `seq`, or when the signal aborts. Never rejects. */
  beyond(seq: number, signal: AbortSignal): Promise<void>
  /** A write of this process was committed. */
  poke(): void
}

interface Waiter {
  seq: number
  wake: () => void
}

/** @param lastSeq the newest seq of the feed; when it fails, the next poll asks again */
export function createChangeSignal(lastSeq: () => Promise<number>): ChangeSignal {
  const waiters = new Set<Waiter>()
  let timer: Timer | undefined
  let asking = false

  const look = async () => {
    if (asking || waiters.size === 0) return
    asking = true
    const newest = await lastSeq().catch(() => undefined)
    asking = false
    if (newest === undefined) return
    for (const waiter of waiters) if (waiter.seq !== newest) waiter.wake()
  }

  const stopWhenIdle = () => {
    if (waiters.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    async beyond(seq, signal) {
      if (signal.aborted) return
      const woken = Promise.withResolvers<void>()
      const waiter = { seq, wake: () => woken.resolve() }
      waiters.add(waiter)
      timer ??= setInterval(() => void look(), POLL_MS)
      signal.addEventListener('abort', waiter.wake, { once: true })
      await woken.promise
      signal.removeEventListener('abort', waiter.wake)
      waiters.delete(waiter)
      stopWhenIdle()
    },
    poke: () => void look(),
    [Symbol.dispose]() {
      for (const { wake } of waiters) wake()
      clearInterval(timer)
    },
  }
}
