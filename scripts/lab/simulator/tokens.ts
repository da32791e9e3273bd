/** The token endpoint, and which access tokens are good. */
import type { ServiceAccount } from './service-account.ts'

interface TokenOptions {
  revoked: boolean
  usesUntilDeath: number
  nowMs: () => number
  serviceAccount: ServiceAccount
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export class Tokens {
  readonly #options: TokenOptions
  readonly #issued = new Map<string, { uses: number; untilMs: number }>()

  constructor(options: TokenOptions) {
    this.#options = options
  }

  get issued(): number {
    return this.#issued.size
  }

  async issue(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const refused =
      form.get('grant_type') === JWT_BEARER ? this.#refuseAssertion(form) : this.#refuseRefreshToken(form)
    if (refused) return refused
    const token = `ya29.sim-${crypto.randomUUID()}`
    this.#issued.set(token, { uses: 0, untilMs: this.#options.nowMs() + LIFETIME_S * 1000 })
    return Response.json({
      access_token: token,
      expires_in: LIFETIME_S,
      scope: 'https://www.googleapis.com/auth/adwords',
      token_type: 'Bearer',
    })
  }

  usesOf(authorization: string | null): number {
    return this.#issued.get(tokenIn(authorization))?.uses ?? 0
  }

  kill(authorization: string | null): void {
    const token = this.#issued.get(tokenIn(authorization))
    if (token) token.untilMs = 0
  }

  #refuseAssertion(form: URLSearchParams): Response | undefined {
    const refused = this.#options.serviceAccount.refuse(form.get('assertion') ?? '')
    return refused && refusal(refused.status, refused.error, refused.description)
  }

  #refuseRefreshToken(form: URLSearchParams): Response | undefined {
    if (form.get('grant_type') !== 'refresh_token' || !form.get('refresh_token'))
      return refusal(400, 'invalid_request', 'Missing required parameter: refresh_token')
    if (!form.get('client_id') || !form.get('client_secret') || form.get('client_id') === 'wrong')
      return refusal(401, 'invalid_client', 'The OAuth client was not found.')
    if (this.#options.revoked || form.get('refresh_token') === 'revoked')
      return refusal(400, 'invalid_grant', 'Token has been expired or revoked.')
    return undefined
  }

  accepts(authorization: string | null): boolean {
    const token = this.#issued.get(tokenIn(authorization))
    if (!token || this.#options.nowMs() >= token.untilMs) return false
    token.uses++
    return token.uses <= this.#options.usesUntilDeath
  }
}

const LIFETIME_S = 3599

function tokenIn(authorization: string | null): string {
  return authorization?.replace(/^Bearer /, '') ?? ''
}

function refusal(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status })
}
