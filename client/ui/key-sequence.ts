/** Which shortcut a series of keys is: `g` then `p`, or one key alone. Pure, so that it can be told in a table. */

export const SHORTCUTS = {
  'g h': 'today',
  'g p': 'products',
  'g a': 'ads',
  'g o': 'out-of-stock-spend',
  'g s': 'operations',
  '/': 'search',
  n: 'new-product',
  v: 'views',
  c: 'columns',
  h: 'stock-history',
  b: 'bulk-change',
  i: 'import',
  e: 'export',
  z: 'undo',
  Z: 'redo',
  ',': 'appearance',
  '?': 'help',
  'Control k': 'palette',
} as const
export type Shortcut = (typeof SHORTCUTS)[keyof typeof SHORTCUTS]

/** A second key later than this begins anew. */
const SEQUENCE_TIMEOUT_MS = 1_500

export interface Pressed {
  key: string
  atMs: number
}

/** @returns the shortcut that is complete now, and what to remember for the next key */
export function nextKey(
  pressed: Pressed,
  before: Pressed | undefined,
): { shortcut: Shortcut | undefined; remember: Pressed | undefined } {
  const inTime = before && pressed.atMs - before.atMs <= SEQUENCE_TIMEOUT_MS
  const sequence = inTime ? `${before.key} ${pressed.key}` : ''
  const shortcut = lookUp(sequence) ?? lookUp(pressed.key)
  if (shortcut) return { shortcut, remember: undefined }
  const begins = Object.keys(SHORTCUTS).some((keys) => keys.startsWith(`${pressed.key} `))
  return { shortcut: undefined, remember: begins ? pressed : undefined }
}

function lookUp(keys: string): Shortcut | undefined {
  return keys in SHORTCUTS ? SHORTCUTS[keys as keyof typeof SHORTCUTS] : undefined
}
