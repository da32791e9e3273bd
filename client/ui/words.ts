/** An error in words for a person: what happened, and the id under which the server logged it. */
import { problemOf } from '#client/api.ts'

export interface ErrorWords {
  what: string
  detail: string
  requestId: string | undefined
}

export function wordsFor(error: unknown): ErrorWords {
  const problem = problemOf(error)
  if (problem?.code === 'KEY_MISSING') {
    return {
      what: problem.title,
      detail: 'Sign in with a key that may do this.',
      requestId: problem.request_id,
    }
  }
  if (problem) return { what: problem.title, detail: problem.detail, requestId: problem.request_id }
  return {
    what: 'The server did not answer',
    detail: 'It may be restarting, or the network is away. The page keeps trying.',
    requestId: undefined,
  }
}
