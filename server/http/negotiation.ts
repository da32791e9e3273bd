/** What a client takes, by its `Accept` header (RFC 9110, 12.5.1). */
import Negotiator from 'negotiator'
import { ProblemError } from '#server/errors.ts'

/** Most clients name one of these, without a weight. */
const TAKES_JSON = /(?:^|,)\s*(?:\*\/\*|application\/(?:json|\*))\s*(?:,|$)/

/** The first of the types that the client likes best; undefined when it takes none of them. */
function preferredType(request: Request, types: string[]): string | undefined {
  // Everything here is in UTF-8: a client that names a charset names no other type by it.
  const accept = request.headers.get('accept')?.replaceAll(/;\s*charset=[^;,]*/gi, '') ?? ''
  return accept === '' ? types[0] : new Negotiator({ headers: { accept } }).mediaType(types)
}

const JSON_MEDIA_TYPE = 'application/json'
const EVENTS = 'text/event-stream'

export function wantsEventStream(request: Request): boolean {
  return (
    request.headers.get('accept')?.includes(EVENTS) === true &&
    preferredType(request, [JSON_MEDIA_TYPE, EVENTS]) === EVENTS
  )
}

/** JSON, without a look at what is liked better: false may still take it. */
export function takesPlainJson(request: Request): boolean {
  const accepted = request.headers.get('accept')
  return accepted === null || (TAKES_JSON.test(accepted) && !accepted.includes(EVENTS))
}

/** @throws ProblemError `NOT_ACCEPTABLE`, before anything is done */
export function requireAcceptable(request: Request, mediaType: string = JSON_MEDIA_TYPE): void {
  const accepted = request.headers.get('accept')
  if (accepted === null || (mediaType === JSON_MEDIA_TYPE && TAKES_JSON.test(accepted))) return
  if (preferredType(request, [mediaType]) !== undefined) return
  throw new ProblemError('NOT_ACCEPTABLE', `The answer is ${mediaType}, which Accept leaves out.`)
}
