/** A token bucket: so many requests at once, and so many more each second. */
export class Bucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor({ perSecond, burst }: { perSecond: number; burst: number }, nowMs: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = nowMs
  }

  /** @returns 0 when one was there, else how long until there is one */
  take(nowMs: number): number {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + earned)
    this.#atMs = nowMs
    if (this.#tokens < 1) return ((1 - this.#tokens) / this.#perSecond) * 1000
    this.#tokens--
    return 0
  }
}
