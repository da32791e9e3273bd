/** One page of `search`: a whole answer, or nothing. */
import { FetchError } from '#server/ads/errors.ts'
import { chunkOf, type Chunk } from './stream.ts'

export interface Page extends Chunk {
  /** Undefined on the last one. */
  nextPageToken: string | undefined
}

/** @throws FetchError `BROKEN_STREAM`, or what its `error` means */
export function readPage(text: string): Page {
  const page = parse(text)
  const chunk = chunkOf(page)
  const { nextPageToken, fieldMask } = page as Record<string, unknown>
  // Also a page without rows says which fields it would have; what says nothing is no answer to the query.
  if (fieldMask === undefined && chunk.results.length === 0)
    throw new FetchError('BROKEN_STREAM', 'The answer is no page: it has neither rows nor a field mask.')
  const hasNext = typeof nextPageToken === 'string' && nextPageToken !== ''
  return { ...chunk, nextPageToken: hasNext ? nextPageToken : undefined }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FetchError(
      'BROKEN_STREAM',
      `The answer is not whole: a page is not valid JSON, and begins with ${JSON.stringify(text.slice(0, 60))}.`,
    )
  }
}
