/** Chance that is the same on every machine: a number for a sentence, not the next one of a sequence. */

/** In [0, 1), evenly. */
export function chance(...parts: readonly (string | number)[]): number {
  return chancesOf(...parts)(0)
}

/** As many chances as one likes about one thing, by number; the text is hashed once (FNV-1a). */
export function chancesOf(...parts: readonly (string | number)[]): (n: number) => number {
  const text = parts.join('|')
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (n) => mixed(hash + Math.imul(n, 0x9e3779b9)) / 2 ** 32
}

/** The finaliser of MurmurHash3: a well-mixed 32-bit integer. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
