/** Routes for files: a download is streamed as it is made, an upload is read as it comes. */
import type { Elysia } from 'elysia'
import { fileRoutesOf } from '#server/api.ts'
import { COMPRESSED_FROM } from '#server/cache/cache.ts'
import { type Caller, requireScope } from '#server/caller.ts'
import { whileAvailable } from '#server/invoke.ts'
import { ProblemError } from '#server/errors.ts'
import { checked, runUpload, type AnyFileRoute } from '#server/file-route.ts'
import { knownFields } from '#server/parse-input.ts'
import { charsetNamed } from '#server/platform/charsets.ts'
import { nextTurn } from '#server/platform/turns.ts'
import { bodyParts } from './body.ts'
import { codingFor, compressionStream, withCoding, textResponse } from './compression.ts'
import { queryReader } from './input.ts'
import { requireAcceptable } from './negotiation.ts'
import { problemResponse, requestInfo, toProblem, type RequestInfo } from './problem.ts'
import { JSON_TYPE, PREFIX, splitRest, type Transport } from './rest.ts'
import { FILE_PACE } from './limits/slow-clients.ts'

/** Of what a file is, without its coding. */
const MAX_FILE_BYTES = 4 * 1024 ** 3

export function mountFileRoutes(app: Elysia, transport: Transport): void {
  for (const transfer of fileRoutesOf()) {
    const [method, path] = splitRest(transfer)
    const read = queryReader(transfer)
    const handle = async ({ request }: { request: Request }) => {
      const info = requestInfo(request)
      try {
        const caller = await transport.auth.callerOf(request)
        requireScope({ caller }, transfer.scope)
        requireAcceptable(request, transfer.kind === 'download' ? transfer.mediaType : undefined)
        return await answer(transfer, { request, info, caller, raw: read(request), transport })
      } catch (error) {
        return problemResponse(toProblem(error, info, transport))
      }
    }
    for (const each of transfer.kind === 'download' ? [method, 'HEAD'] : [method])
      app.route(each, PREFIX + path, handle, { parse: 'none' })
  }
}

interface RouteRequest {
  request: Request
  info: RequestInfo
  caller: Caller
  raw: object
  transport: Transport
}

async function answer(
  transfer: AnyFileRoute,
  { request, info, caller, raw, transport }: RouteRequest,
): Promise<Response> {
  const ctx = transport.contextFor(request, info, caller)
  const input = checked(transfer, ctx, withCharset(transfer, request, raw))
  const headers = { 'x-request-id': info.requestId, 'cache-control': 'no-store' }
  if (transfer.kind === 'upload') {
    requireMediaType(request, transfer.mediaType)
    using _ = transport.disableIdleTimeout(request)
    const body = bodyParts(request, { pace: FILE_PACE, maxBytes: MAX_FILE_BYTES })
    const { output, replayed } = await whileAvailable(ctx, 'mutation', () =>
      runUpload(transfer, ctx, { input, body }),
    )
    return textResponse(request, JSON.stringify(output), {
      headers: { ...headers, 'content-type': JSON_TYPE, ...(replayed && { 'idempotent-replayed': 'true' }) },
    })
  }
  const onError = (error: unknown) =>
    transport.log.error({ err: error, request_id: info.requestId }, 'a download broke off')
  const begun = await whileAvailable(ctx, 'query', () => begin(transfer.run(ctx, input)))
  const isLong = (begun.first.value ?? '').length >= COMPRESSED_FROM
  const coding = isLong ? codingFor(request) : undefined
  const ownHeaders = {
    ...headers,
    'content-type': `${transfer.mediaType}; charset=utf-8`,
    'content-disposition': `attachment; filename="${transfer.fileName}"`,
  }
  const init = { headers: isLong ? withCoding(ownHeaders, coding) : ownHeaders }
  if (request.method === 'HEAD') {
    await begun.rest.return?.()
    return new Response(null, init)
  }
  const body = streamed(begun, onError)
  return new Response(coding === undefined ? body : body.pipeThrough(compressionStream(coding)), init)
}

/** `Content-Type: text/csv; charset=windows-1252` says what the query may say as well. */
function withCharset(transfer: AnyFileRoute, request: Request, raw: object): object {
  const label = /;\s*charset="?([^\s";]+)/i.exec(request.headers.get('content-type') ?? '')?.[1]
  if (label === undefined || 'charset' in raw || !knownFields(transfer.input).includes('charset')) return raw
  return { ...raw, charset: charsetNamed(label) ?? label }
}

function requireMediaType(request: Request, mediaType: string): void {
  const given = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (given !== mediaType)
    throw new ProblemError('MEDIA_TYPE_UNSUPPORTED', `Send the body with Content-Type: ${mediaType}.`)
}

interface Begun {
  first: IteratorResult<string>
  rest: AsyncIterator<string>
}

/** With its first part: what is refused is refused before an answer has begun. */
async function begin(parts: AsyncIterable<string>): Promise<Begun> {
  const rest = parts[Symbol.asyncIterator]()
  return { first: await rest.next(), rest }
}

/** The next part is made when the one before it was taken. A part that fails cuts the connection: half a file must not look whole. */
function streamed({ first, rest }: Begun, onError: (error: unknown) => void): ReadableStream<BufferSource> {
  const encoder = new TextEncoder()
  let next: IteratorResult<string> | undefined = first
  return new ReadableStream({
    async pull(controller) {
      try {
        await nextTurn()
        const { done, value } = next ?? (await rest.next())
        next = undefined
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        onError(error)
        controller.error(error)
      }
    },
    async cancel() {
      await rest.return?.()
    },
  })
}
