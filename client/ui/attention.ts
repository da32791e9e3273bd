/** What needs a person, wherever one is. */
import { createStore } from './store.ts'

export interface Attention {
  words: string
  /** Where it is told, if anywhere. */
  href: string | undefined
  /** How much of it there is. */
  count: number
  /** Something does not work: told in every place. */
  isFault?: boolean
}

export const attention = createStore<readonly Attention[]>([])
