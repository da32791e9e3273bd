/** Answers as Google sends them: chunks of a stream, pages, and errors of the version that was asked. */
import { randomBytes } from 'node:crypto'
import { fieldMaskOf, ROWS_PER_CHUNK } from './answer.ts'
import { adsError, type ErrorBody } from './bodies.ts'
import type { Fault } from './faults.ts'
import type { CheckedQuery } from './gaql/check.ts'
import { broken, inPieces } from './stream.ts'

export interface Answer {
  query: CheckedQuery
  rows: readonly object[]
  /** Without a limit. */
  total: number
  /** Undefined where it was not asked for. */
  summary: object | undefined
}

const UNITS = '600'

export function streamResponse({ query, rows, summary }: Answer, fault: Fault | undefined): Response {
  const size = fault ? Math.max(1, Math.ceil(rows.length / 2)) : ROWS_PER_CHUNK
  const count = Math.max(1, Math.ceil(rows.length / size))
  const requestId = newRequestId()
  const chunks = Array.from({ length: count }, (_, index) => {
    const results = rows.slice(index * size, (index + 1) * size)
    const isLast = index === count - 1
    return JSON.stringify({
      // A date without rows has no such key.
      ...(results.length > 0 && { results }),
      fieldMask: fieldMaskOf(query),
      ...(isLast && summary && { summaryRow: summary }),
      requestId,
      ...(isLast && { queryResourceConsumption: UNITS }),
    })
  })
  return fault?.type === 'half' ? broken(chunks, fault) : inPieces(`[${chunks.join(',\n')}]`)
}

export interface PageRequest {
  pageToken: string | undefined
  totalCount: boolean
}

export function pageResponse(
  { query, rows, total, summary }: Answer,
  { pageToken, totalCount }: PageRequest,
): Response | ErrorBody {
  const from = pageToken === undefined ? 0 : Number(/^sim-page-(\d+)$/.exec(pageToken)?.[1])
  if (Number.isNaN(from)) {
    const message = 'Page token is invalid.'
    return adsError(400, { family: 'requestError', value: 'INVALID_PAGE_TOKEN', message })
  }
  const results = rows.slice(from, from + ROWS_PER_CHUNK)
  const next = from + ROWS_PER_CHUNK
  const page = {
    ...(results.length > 0 && { results }),
    ...(next < rows.length && { nextPageToken: `sim-page-${next}` }),
    ...(totalCount && { totalResultsCount: `${total}` }),
    fieldMask: fieldMaskOf(query),
    ...(next >= rows.length && summary && { summaryRow: summary }),
    queryResourceConsumption: UNITS,
  }
  return Response.json(page, { headers: { 'request-id': newRequestId() } })
}

/** searchStream wraps its errors in an array, search does not. */
export function errorResponse(
  { error }: ErrorBody,
  { streamed, version }: { streamed: boolean; version: string },
): Response {
  const requestId = newRequestId()
  const details = error.details?.map((detail) => {
    const type = (detail as { '@type'?: string })['@type'] ?? ''
    if (!type.endsWith('GoogleAdsFailure')) return detail
    return { ...detail, '@type': type.replace(/v\d+/, version), requestId }
  })
  const body = { error: { ...error, ...(details && { details }) } }
  return Response.json(streamed ? [body] : body, {
    status: error.code,
    headers: { 'request-id': requestId },
  })
}

function newRequestId(): string {
  return randomBytes(16).toString('base64url')
}
