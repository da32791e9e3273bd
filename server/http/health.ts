import type { Elysia } from 'elysia'

export interface Health {
  /** False from the moment the server begins to stop. */
  accepting: () => boolean
  /** Rejects when the database does not answer. */
  checkDatabase: () => Promise<void>
  /** Without it everything works, only slower. */
  redis?: (() => 'ok' | 'degraded') | undefined
}

/** `/livez`: the process runs. `/readyz`: it can do its work, so traffic may be sent to it. */
export function mountHealth(app: Elysia, { accepting, checkDatabase, redis }: Health): void {
  app.get('/livez', () => answer(200, { status: 'alive' }))
  app.get('/readyz', async () => {
    if (!accepting()) return answer(503, { status: 'stopping' })
    try {
      await checkDatabase()
      return answer(200, { status: 'ready', database: 'ok', ...(redis && { redis: redis() }) })
    } catch {
      return answer(503, { status: 'unavailable', database: 'unreachable' })
    }
  })
}

function answer(status: number, body: Record<string, string>): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
}
