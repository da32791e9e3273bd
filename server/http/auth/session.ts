/** `/session`: signing in on the page, with a key, for a cookie that its scripts cannot read. */
import type { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Caller, Scope } from '#server/caller.ts'
import { whileAvailable, type Availability } from '#server/invoke.ts'
import { parseInput } from '#server/parse-input.ts'
import { ProblemError } from '#server/errors.ts'
import { SESSION_COOKIE, type Auth } from './auth.ts'
import { readBody } from '#server/http/input.ts'
import { requireOwnOrigin } from './own-origin.ts'
import type { SignInAudit } from './sign-in-audit.ts'
import { problemResponse, requestIdOf, requestInfo, toProblem, type Reporter } from '#server/http/problem.ts'

const PATH = '/session'
const MAX_KEY_LENGTH = 1000

const SignIn = v.strictObject({
  key: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(MAX_KEY_LENGTH)),
})

/** The caller, and what it may do. */
export interface Session {
  auth: Auth['mode']
  /** The key's; null without one. */
  name: string | null
  scopes: Scope[]
}

type Service = Omit<Availability, 'requestId'> & Reporter & { signIns: SignInAudit }

export function mountSession(app: Elysia, auth: Auth, service: Service): void {
  const { signIns } = service
  const route = (method: string, answer: (request: Request) => Promise<Response>) => {
    const handle = async ({ request }: { request: Request }) => {
      try {
        const ctx = { ...service, requestId: requestIdOf(request) }
        return await whileAvailable(ctx, 'mutation', () => answer(request))
      } catch (error) {
        return problemResponse(toProblem(error, requestInfo(request), service))
      }
    }
    app.route(method, PATH, handle, { parse: 'none' })
  }

  route('GET', async (request) => {
    try {
      return tell(request, { auth, caller: await auth.callerOf(request) })
    } catch (error) {
      const hasEnded = error instanceof ProblemError && error.code === 'KEY_INVALID'
      if (!hasEnded || request.headers.has('authorization')) throw error
      return tell(request, { auth, caller: auth.anonymous, setCookie: cookie(request, '', 0) })
    }
  })

  route('POST', async (request) => {
    requireOwnOrigin(request)
    const { key } = parseInput(SignIn, await readBody(request))
    if (!auth.sessions) return tell(request, { auth, caller: auth.anonymous })
    const requestId = requestIdOf(request)
    const { token, caller, lifetimeMs } = await auth.sessions.open(request, key).catch(async (error) => {
      await signIns.refused(error, key, requestId)
      throw error
    })
    // Before the cookie is handed out.
    await signIns.opened(caller, requestId)
    return tell(request, { auth, caller, setCookie: cookie(request, token, lifetimeMs) })
  })

  route('DELETE', async (request) => {
    requireOwnOrigin(request)
    const caller = await auth.sessions?.close(request)
    if (caller) await signIns.closed(caller, requestIdOf(request))
    return new Response(null, {
      status: 204,
      headers: { 'x-request-id': requestIdOf(request), 'set-cookie': cookie(request, '', 0) },
    })
  })
}

interface Told {
  auth: Auth
  caller: Caller
  setCookie?: string
}

function tell(request: Request, { auth, caller, setCookie }: Told): Response {
  const { kind, name, scopes } = caller
  const session: Session = { auth: auth.mode, name: kind === 'key' ? name : null, scopes: [...scopes] }
  return Response.json(session, {
    headers: {
      'cache-control': 'no-store',
      'x-request-id': requestIdOf(request),
      ...(setCookie !== undefined && { 'set-cookie': setCookie }),
    },
  })
}

function cookie(request: Request, token: string, lifetimeMs: number): string {
  const attributes = `Path=/; Max-Age=${lifetimeMs / 1000}; HttpOnly; SameSite=Strict`
  return `${SESSION_COOKIE}=${token}; ${attributes}${isEncrypted(request) ? '; Secure' : ''}`
}

/** A client that claims so wrongly only loses its own cookie. */
function isEncrypted(request: Request): boolean {
  const claimed = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim()
  return (claimed ?? new URL(request.url).protocol.slice(0, -1)) === 'https'
}
