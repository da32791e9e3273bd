/** The servers on one port: processes of one parent. Each is a whole server; this is what they know of each other. */
import type { Arrivals } from './gcra.ts'

export interface Siblings {
  /** False where there can be no other. */
  sharesPort: boolean
  /** Where all of them count callers; undefined where there can be no other. */
  arrivals: Arrivals | undefined
  /** Settles when this one is to do what one alone does, such as the daily job. */
  leading: Promise<void>
  /** Tells all others. When this one ends, they are told `undefined` in place of what it told last. */
  tell: (topic: string, message: unknown) => void
  /** Settles when all others have heard what this one has told. */
  heard: () => Promise<void>
  /** The latest listener of a topic hears of it, also of what was told last before it came. */
  onTold: (topic: string, listener: (message: unknown) => void) => void
  /** @returns what each of them answers, this one included; without those that do not answer in time */
  ask: (topic: string) => Promise<unknown[]>
  /** The latest answer to a topic counts. */
  answer: (topic: string, give: () => unknown) => void
}

export function noSiblings(): Siblings {
  const answers = new Map<string, () => unknown>()
  return {
    sharesPort: false,
    arrivals: undefined,
    leading: Promise.resolve(),
    tell: () => {},
    heard: async () => {},
    onTold: () => {},
    ask: async (topic) => [await answers.get(topic)?.()],
    answer: (topic, give) => void answers.set(topic, give),
  }
}
