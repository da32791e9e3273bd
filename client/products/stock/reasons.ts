/** Why a stock changed, in the reader's words. */
import type { Inputs } from '#client/api.ts'

export type Reason = Inputs['products']['adjustStock']['reason']

const NAMES: Readonly<Record<Reason, string>> = {
  received: 'Received',
  sold: 'Sold',
  returned: 'Returned',
  count: 'Counted',
  correction: 'Correction',
  damaged: 'Damaged',
  lost: 'Lost',
  other: 'Other',
}
export const REASONS = Object.keys(NAMES) as Reason[]

/** What comes in or goes out has a reason that says so; the others go both ways. */
const DIRECTIONS: Partial<Record<Reason, 1 | -1>> = {
  received: 1,
  returned: 1,
  sold: -1,
  damaged: -1,
  lost: -1,
}

/** A sign alone, or nothing yet, goes with any. */
export function fits(reason: Reason, delta: number): boolean {
  const direction = DIRECTIONS[reason]
  return direction === undefined || !(delta * direction < 0)
}

/** The most frequent one. */
export function proposedFor(delta: number): Reason {
  return delta < 0 ? 'sold' : 'received'
}

/** Of what undoes a change: sales and returns are counted, so they lead back to each other. */
export function oppositeOf(reason: string): Reason {
  return reason === 'sold' ? 'returned' : reason === 'returned' ? 'sold' : 'correction'
}

/** Changes that no one gave a reason for have one of their own. */
const OTHERS: Readonly<Record<string, string>> = {
  initial: 'Created',
  set: 'Edited',
  import: 'Imported',
}

export function reasonName(reason: string): string {
  return NAMES[reason as Reason] ?? OTHERS[reason] ?? reason
}
