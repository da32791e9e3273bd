/** The one place where an error becomes what a client sees, whatever the transport. */
import * as v from 'valibot'
import { PROBLEMS, ProblemError, type ProblemCode } from '#server/errors.ts'
import type { Logger } from '#server/platform/log.ts'
import { exchangeOf } from './exchange.ts'

/** RFC 9457. Some codes carry more members: `errors`, `current`, `available`, … */
export const Problem = v.looseObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  instance: v.string(),
  code: v.picklist(Object.keys(PROBLEMS) as ProblemCode[]),
  request_id: v.string(),
  errors: v.optional(v.array(v.object({ pointer: v.string(), detail: v.string() }))),
})
export type Problem = v.InferOutput<typeof Problem>

export interface RequestInfo {
  requestId: string
  /** The path that was asked for. */
  instance: string
}

const RETRY_AFTER_S = 1

export interface Reporter {
  log: Logger
  /** Told of each problem that leaves. */
  onProblem: (problem: Problem) => void
}

/** What is unknown is logged with its cause and leaves as INTERNAL: no message, SQL text or stack of it gets out. */
export function toProblem(
  error: unknown,
  { requestId, instance }: RequestInfo,
  { log, onProblem }: Reporter,
): Problem {
  const known = asKnown(error)
  if (known.code === 'INTERNAL') log.error({ err: error, request_id: requestId, instance }, 'request failed')
  const { status, title } = PROBLEMS[known.code]
  const problem = {
    type: problemPath(known.code),
    title,
    status,
    detail: known.message,
    instance,
    code: known.code,
    request_id: requestId,
    ...known.extra,
  }
  onProblem(problem)
  return problem
}

/** Of the page that explains it, at every server: problem-pages.ts. */
export function problemPath(code: ProblemCode): string {
  return `/problems/${code.toLowerCase().replaceAll('_', '-')}`
}

function asKnown(error: unknown): ProblemError {
  return error instanceof ProblemError
    ? error
    : new ProblemError('INTERNAL', 'The error was logged under this request id.')
}

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': problem.request_id,
      ...problemHeaders(problem),
      ...headers,
    },
  })
}

/** What a problem says in the header as well. */
export function problemHeaders({
  status,
  code,
  retry_after: retryAfterS,
}: Pick<Problem, 'status' | 'code'> & { retry_after?: unknown }): Record<string, string> {
  if (code === 'KEY_INVALID') return { 'www-authenticate': 'Bearer realm="adstock", error="invalid_token"' }
  if (status === 401) return { 'www-authenticate': 'Bearer realm="adstock"' }
  if (code === 'CODING_UNSUPPORTED') return { 'accept-encoding': 'gzip' }
  // The rest of a body that was not waited for is no next request.
  if (status === 408) return { connection: 'close' }
  if (status === 503) return { 'retry-after': String(RETRY_AFTER_S) }
  return typeof retryAfterS === 'number' ? { 'retry-after': String(retryAfterS) } : {}
}

const SANE_REQUEST_ID = /^[\w.:-]{1,128}$/
/** With a number behind it, unique among processes, and cheaper than a random id for each request. */
const PROCESS_ID = crypto.randomUUID().slice(0, 18)
let requests = 0

export function requestInfo(request: Request): RequestInfo {
  return { requestId: requestIdOf(request), instance: exchangeOf(request).path }
}

export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given && SANE_REQUEST_ID.test(given) ? given : `${PROCESS_ID}-${(requests += 1).toString(36)}`
}
