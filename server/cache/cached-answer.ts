/** The cached form of an operation's answer: the text as it is sent, and the headers that go with it. */
import { ProblemError, type ProblemCode } from '#server/errors.ts'
import type { Cache, CachedBody } from './cache.ts'

export interface CachedHeaders {
  /** The operation whose answer it is: `GET /products/:id`. */
  rest: string
  etag: string
  cursors?: Cursors
  /** The header that is made of them, once it was asked for. */
  links?: string
  /** The absence of a product is cached as well. */
  refusal?: { code: ProblemCode; detail: string }
}

export interface Cursors {
  next_cursor: string | null
  prev_cursor: string | null
}

export type AnswerCache = Cache<CachedHeaders>

/** The error that a cached answer stands for, if it stands for one. */
export function cachedNotFound({ head: { refusal } }: CachedBody<CachedHeaders>): ProblemError | undefined {
  return refusal && new ProblemError(refusal.code, refusal.detail)
}
