/** What an operation's description says: its own words, and the conventions that it follows. */
import type { AnyOperation } from '#server/operation.ts'
import { takesIdempotencyKey } from '#server/operation.ts'
import { isPaged } from '#server/http/input.ts'
import type { AnyFileRoute } from '#server/file-route.ts'

export function proseOf(operation: AnyOperation, name: string, isLive: boolean): string {
  const { description, errors = [], status } = operation
  const sentences = [
    description,
    operation.cacheTag && 'It is answered from memory while nothing that it shows has changed.',
    isPaged(operation) && 'The next page is that of `next_cursor`, which is null on the last one.',
    isLive && 'With `Accept: text/event-stream` the answer goes on as server-sent events.',
    operation.headers?.ifMatch &&
      'With `If-Match` it is done only if the product still has that version; otherwise 412 `VERSION_MISMATCH` carries `current`.',
    operation.rest.startsWith('PATCH') &&
      'A field that is left out stays as it is: `application/merge-patch+json` is taken as well.',
    takesIdempotencyKey(operation) &&
      'With an `Idempotency-Key` it has one effect, however often the request is sent.',
    operation.kind === 'mutation' && operation.rest.startsWith('DELETE') && 'The answer has no body.',
    status === 202 && 'The answer comes before the work is done.',
    operation.multiStatus && 'Per item, the status is 207 and each part has its own.',
    errors.length > 0 && `It may be refused with ${errors.map((code) => `\`${code}\``).join(', ')}.`,
  ]
  return [...sentences.filter(Boolean), `${costs(operation)} tRPC: \`${name}\`.`].join(' ')
}

export function proseOfFile(transfer: AnyFileRoute): string {
  const said =
    transfer.kind === 'download'
      ? 'The file is streamed as it is made; an answer that breaks off is not whole.'
      : 'The body is read as it comes. With an `Idempotency-Key` the same file has one effect.'
  return `${said} ${costs(transfer)}`
}

function costs({ scope, cost }: Pick<AnyOperation, 'scope' | 'cost'>): string {
  return `Scope \`${scope}\`, rate limit \`${cost}\`.`
}
