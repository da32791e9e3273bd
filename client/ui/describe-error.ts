/** An error in words for a person: what happened, and the id under which the server logged it. */
import { problemOf } from '#client/api.ts'

export interface ErrorWords {
  what: string
  detail: string
  requestId: string | undefined
}

interface ProblemWords {
  title: string
  detail: string
  code?: string
  request_id?: string | undefined
}

/** The server's problem that did not come as an error of the typed client: of a part of a batch, of a file. */
export class Refusal extends Error {
  readonly problem: ProblemWords
  constructor(problem: ProblemWords) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Undefined when there was no answer at all. */
export function problemWordsOf(error: unknown): ProblemWords | undefined {
  return error instanceof Refusal ? error.problem : problemOf(error)
}

/** The same key is refused again, however often it is tried. */
export function isHopeless(error: unknown): boolean {
  return problemWordsOf(error)?.code === 'SCOPE_MISSING'
}

export function describeError(error: unknown): ErrorWords {
  const problem = problemWordsOf(error)
  if (problem) {
    const detail = problem.code === 'KEY_MISSING' ? 'Sign in with a key that may do this.' : problem.detail
    return { what: problem.title, detail, requestId: problem.request_id }
  }
  return {
    what: 'The server did not answer',
    detail: 'It may be restarting, or the network is away. The page keeps trying.',
    requestId: undefined,
  }
}
