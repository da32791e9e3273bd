/** Whether the server answers. Told by every call; while it does not, a small probe asks until it does. */
import { createStore, useStore } from './store.ts'

const PROBE_EVERY_MS = 1_000
const PROBE_TIMEOUT_MS = 3_000

/** When the last answer came; undefined while the server answers. */
const silence = createStore<number | undefined>(undefined)
let lastAnswer = Date.now()
const returnListeners = new Set<() => void>()

export const connection = {
  subscribe: silence.subscribe,
  silentSince: silence.get,
  onReturn: (listener: () => void) => {
    returnListeners.add(listener)
    return () => void returnListeners.delete(listener)
  },
}

export function useSilentSince(): number | undefined {
  return useStore(silence)
}

export function answered(): void {
  lastAnswer = Date.now()
  if (silence.get() === undefined) return
  silence.set(undefined)
  for (const listener of returnListeners) listener()
}

export function gotNoAnswer(error: unknown): void {
  // A call that the page itself aborted, because it was superseded, says nothing about the server.
  if (silence.get() !== undefined || isAbort(error)) return
  silence.set(lastAnswer)
  void probe()
}

function isAbort(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && cause.name === 'AbortError'
}

async function probe(): Promise<void> {
  while (silence.get() !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))
    const alive = await fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
      .then((response) => response.ok)
      .catch(() => false)
    if (alive) answered()
  }
}
