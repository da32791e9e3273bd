/**
 * `ak_`, or `feed_` for what may stand in the address of a feed, + 8 public characters + `_` + 40 secret ones + 6 of a checksum, letters and digits all: recognised by shape
 * wherever it leaks, and a typing error is distinguished from a wrong key without a query.
 */
import { timingSafeEqual } from 'node:crypto'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PUBLIC_LENGTH = 8
/** 238 bits. */
const SECRET_LENGTH = 40
const CHECKSUM_LENGTH = 6
const SHAPE = /^((?:ak|feed)_[0-9A-Za-z]{8})_[0-9A-Za-z]{46}$/
/** A key, or its public part with or without `ak_`. */
const REFERENCE = /^(?:(ak|feed)_)?([0-9A-Za-z]{8})(?:_[0-9A-Za-z]{46})?$/

export interface NewKey {
  key: string
  /** `ak_…` or `feed_…`, the public part. */
  prefix: string
}

export function newKey(kind: 'ak' | 'feed' = 'ak'): NewKey {
  const prefix = `${kind}_${randomText(PUBLIC_LENGTH)}`
  const unchecked = `${prefix}_${randomText(SECRET_LENGTH)}`
  return { key: unchecked + checksumOf(unchecked), prefix }
}

/** @returns undefined when it cannot be a key at all */
export function prefixOf(key: string): string | undefined {
  const prefix = SHAPE.exec(key)?.[1]
  const end = key.length - CHECKSUM_LENGTH
  return prefix !== undefined && checksumOf(key.slice(0, end)) === key.slice(end) ? prefix : undefined
}

/** How a person may name a key: by its prefix, or, in a hurry, by the whole key. */
export function referredPrefix(reference: string): string | undefined {
  const [, kind = 'ak', found] = REFERENCE.exec(reference) ?? []
  return found && `${kind}_${found}`
}

/** Letters and digits, each of them equally likely. */
export function randomText(length: number): string {
  const fair = 256 - (256 % LETTERS.length)
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < fair && text.length < length) text += LETTERS[byte % LETTERS.length]
  }
  return text
}

/** SHA-256 in hex. A long random key cannot be guessed by trial, so no slow hash is needed. */
export function hashOf(secret: string): string {
  return new Bun.CryptoHasher('sha256').update(secret).digest('hex')
}

/** Takes as long whatever the difference is. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function checksumOf(text: string): string {
  let rest = Bun.hash.crc32(text)
  let checksum = ''
  for (let n = 0; n < CHECKSUM_LENGTH; n += 1) {
    checksum = (LETTERS[rest % LETTERS.length] ?? '') + checksum
    rest = Math.floor(rest / LETTERS.length)
  }
  return checksum
}
