/**
 * The answer of searchStream, read from bytes that may be cut anywhere. Google's chunks of up to 10,000 rows come in
 * smaller ones. The generator ends normally only when the answer is proven whole: the array was closed, nothing
 * followed, no element was an error and every element parsed.
 */
import { errorOfElement } from './failure.ts'
import { ArraySplitter, broken } from './splitter.ts'

export interface Chunk {
  results: readonly unknown[]
  /** Only where it was asked for. */
  summaryRow?: unknown
  /** On the last chunk: what the query cost. */
  units: number
}

/** @throws FetchError `BROKEN_STREAM`, or what an element with `error` means */
export async function* readChunks(
  bytes: AsyncIterable<Uint8Array>,
  partBytes?: number,
): AsyncGenerator<Chunk> {
  const splitter = new ArraySplitter(partBytes)
  for await (const part of bytes) {
    for (const element of splitter.push(part)) yield toChunk(element)
  }
  splitter.end()
}

function toChunk(text: string): Chunk {
  return chunkOf(parse(text))
}

/** @throws FetchError when it is none, or carries an error */
export function chunkOf(element: unknown): Chunk {
  if (typeof element !== 'object' || element === null || Array.isArray(element))
    throw broken('an element is not an object')
  if ('error' in element) throw errorOfElement(element.error)
  const results = 'results' in element ? element.results : []
  if (!Array.isArray(results)) throw broken('"results" is not an array')
  const units = 'queryResourceConsumption' in element ? Number(element.queryResourceConsumption) : 0
  return {
    results,
    units: Number.isFinite(units) ? units : 0,
    ...('summaryRow' in element && { summaryRow: element.summaryRow }),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw broken('a chunk is not valid JSON')
  }
}
