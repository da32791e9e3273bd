/** Chance that is the same on every machine: a number for a sentence, not the next one of a sequence. */

/** In [0, 1), evenly (FNV-1a, then the finaliser of MurmurHash3). */
export function chance(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join('|')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** An integer from 0 to below `bound`. */
export function pick(bound: number, ...parts: readonly (string | number)[]): number {
  return Math.floor(chance(...parts) * bound)
}
