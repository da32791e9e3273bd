/** Whether the server answers. Told by every call; while it does not, a small probe asks until it does. */
import { useSyncExternalStore } from 'react'

const PROBE_EVERY_MS = 1_000
const PROBE_TIMEOUT_MS = 3_000

/** When the last answer came, or undefined while the server answers. */
let silentSince: number | undefined
let lastAnswer = Date.now()
const listeners = new Set<() => void>()
const returnListeners = new Set<() => void>()

export const connection = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
  silentSince: () => silentSince,
  onReturn: (listener: () => void) => {
    returnListeners.add(listener)
    return () => void returnListeners.delete(listener)
  },
}

export function useSilentSince(): number | undefined {
  return useSyncExternalStore(connection.subscribe, connection.silentSince)
}

export function answered(): void {
  lastAnswer = Date.now()
  if (silentSince === undefined) return
  silentSince = undefined
  for (const listener of listeners) listener()
  for (const listener of returnListeners) listener()
}

export function gotNoAnswer(error: unknown): void {
  // A call that the page itself gave up, because it was superseded, says nothing about the server.
  if (silentSince !== undefined || isAbort(error)) return
  silentSince = lastAnswer
  for (const listener of listeners) listener()
  void probe()
}

function isAbort(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && cause.name === 'AbortError'
}

async function probe(): Promise<void> {
  while (silentSince !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))
    const alive = await fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
      .then((response) => response.ok)
      .catch(() => false)
    if (alive) answered()
  }
}
