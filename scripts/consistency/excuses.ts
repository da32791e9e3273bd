/** Which faults are on, and whether one of them accounts for a missing answer. */
export type Taken = 'a server' | 'the database' | 'nothing'

interface Window {
  fault: string
  taken: Taken
  /** Of one server or its connection; of all, when there is none. */
  replica: number | undefined
  from: number
  /** Infinity while it lasts. */
  to: number
}

/** Connections that broke are found out one by one. */
const GRACE_MS = 3_000

export class Excuses {
  readonly #windows: Window[] = []

  /** @returns to be called when the fault is over */
  open(fault: string, { taken, replica }: { taken: Taken; replica: number | undefined }): () => void {
    const window = { fault, taken, replica, from: performance.now(), to: Infinity }
    this.#windows.push(window)
    return () => {
      window.to = performance.now()
      while ((this.#windows[0]?.to ?? Infinity) < window.to - 60_000) this.#windows.shift()
    }
  }

  cover(replica: number, from: number, to: number): boolean {
    return this.#windows.some(
      (window) =>
        window.taken !== 'nothing' &&
        (window.replica ?? replica) === replica &&
        window.from <= to &&
        window.to + GRACE_MS >= from,
    )
  }

  now(): string[] {
    return this.#windows.filter(({ to }) => to === Infinity).map(({ fault }) => fault)
  }
}
