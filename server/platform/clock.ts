/** Milliseconds since the epoch. A port, so that a test can stand at midnight in another zone. */
export interface Clock {
  now: () => number
}

export const systemClock: Clock = { now: () => Date.now() }
