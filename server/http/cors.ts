import { cors } from '@elysiajs/cors'

/** Without cookies: a page from elsewhere sends a key of its own. */
export function crossOrigin(origins: readonly string[]): ReturnType<typeof cors> {
  return cors({
    origin: (request) => origins.includes(request.headers.get('origin') ?? ''),
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'if-match',
      'if-none-match',
      'idempotency-key',
      'last-event-id',
      'traceparent',
      'x-request-id',
      'trpc-accept',
    ],
    exposeHeaders: [
      'etag',
      'link',
      'location',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'x-request-id',
      'cache-status',
      'idempotent-replayed',
      'server-timing',
    ],
    maxAge: 600,
  })
}
