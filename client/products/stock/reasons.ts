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

/** Changes that no one gave a reason for have one of their own. */
const OTHERS: Readonly<Record<string, string>> = {
  initial: 'Created',
  set: 'Set in the table or by PATCH',
  import: 'Imported',
}

export function reasonName(reason: string): string {
  return NAMES[reason as Reason] ?? OTHERS[reason] ?? reason
}
