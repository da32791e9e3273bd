/** Which faults are on, and whether one of them accounts for a missing answer. */
export type Taken = 'a server' | 'the database' | 'nothing'

interface Window {
  fault: string
  taken: Taken
  /** The target whose missing answers are excused; without one, those of every target. */
  place: number | undefined
  from: number
  /** Infinity while it lasts. */
  to: number
  graceMs: number
}

interface Disturbance {
  taken: Taken
  place?: number | undefined
  /** So long after it is over it still excuses. */
  graceMs?: number
}

/** Connections that broke are found out one by one. */
const GRACE_MS = 3_000

export class FaultWindows {
  readonly #windows: Window[] = []

  /** @returns to be called when the fault is over */
  open(fault: string, { taken, place, graceMs = GRACE_MS }: Disturbance): () => void {
    const window = { fault, taken, place, graceMs, from: performance.now(), to: Infinity }
    this.#windows.push(window)
    return () => {
      window.to = performance.now()
      while ((this.#windows[0]?.to ?? Infinity) < window.to - 60_000) this.#windows.shift()
    }
  }

  cover(place: number, from: number, to: number): boolean {
    return this.#windows.some(
      (window) =>
        window.taken !== 'nothing' &&
        (window.place ?? place) === place &&
        window.from <= to &&
        window.to + window.graceMs >= from,
    )
  }

  now(): string[] {
    return this.#windows.filter(({ to }) => to === Infinity).map(({ fault }) => fault)
  }
}
