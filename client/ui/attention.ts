/** What needs a person, wherever one is. */
import { createStore } from './store.ts'

export interface Attention {
  words: string
  /** Where it is told, if anywhere. */
  href: string | undefined
  /** How much of it there is, for the title. */
  count: number
  /** Told in every place, in the line at its end: something does not work, or is not what it looks like. */
  told?: 'fault' | 'note'
}

export const attention = createStore<readonly Attention[]>([])
