import { adsError, type ErrorBody } from '#scripts/lab/simulator/bodies.ts'

/** With the body that Google sends. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly body: ErrorBody
  constructor(value: string, message: string, family = 'queryError') {
    super(message)
    this.body = adsError(400, { family, value, message })
  }
}
