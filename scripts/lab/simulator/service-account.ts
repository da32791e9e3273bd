/** A service account of the simulator: its key file, and whether an assertion was really signed with it. */
import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'

const EMAIL = 'adstock@simulator.iam.gserviceaccount.com'
const KEY_ID = 'sim-key-1'
/** Whose users the account may act for. */
const DOMAIN = '@example.com'
const SCOPE = 'https://www.googleapis.com/auth/adwords'
const LONGEST_S = 3_600
/** How far Google's clock and a caller's may lie apart, about. */
const SKEW_S = 300

export interface Refusal {
  status: number
  error: string
  description: string
}

export class ServiceAccount {
  readonly #tokenUri: () => string
  readonly #nowMs: () => number
  #publicKey: KeyObject | undefined

  constructor(options: { tokenUri: () => string; nowMs: () => number }) {
    this.#tokenUri = options.tokenUri
    this.#nowMs = options.nowMs
  }

  /** The text of a key file as the Cloud console gives it; each call makes the key before it worthless. */
  newKeyFile(): string {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.#publicKey = publicKey
    const key = {
      type: 'service_account',
      project_id: 'simulator',
      private_key_id: KEY_ID,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: EMAIL,
      token_uri: this.#tokenUri(),
    }
    return `${JSON.stringify(key, null, 2)}\n`
  }

  /** @returns why the assertion earns no token, in Google's words; undefined when it does. */
  refuse(assertion: string): Refusal | undefined {
    const [header = '', claims = '', signature = ''] = assertion.split('.')
    if (!this.#publicKey || decoded(header)['alg'] !== 'RS256') return grant('Invalid JWT Signature.')
    const signed = Buffer.from(`${header}.${claims}`)
    if (!verify('RSA-SHA256', signed, this.#publicKey, Buffer.from(signature, 'base64url')))
      return grant('Invalid JWT Signature.')
    return this.#refuseClaims(decoded(claims))
  }

  #refuseClaims({ iss, aud, scope, sub, iat, exp }: Record<string, unknown>): Refusal | undefined {
    if (iss !== EMAIL) return grant('Invalid issuer: Not a valid email or user ID.')
    if (aud !== this.#tokenUri()) return grant('Invalid JWT: Failed audience check.')
    if (scope !== SCOPE)
      return { status: 400, error: 'invalid_scope', description: 'Invalid OAuth scope or ID token audience.' }
    const nowS = this.#nowMs() / 1000
    const [from, to] = [Number(iat), Number(exp)]
    const isShort = from <= nowS + SKEW_S && to > nowS - SKEW_S && to - from > 0 && to - from <= LONGEST_S
    if (!isShort)
      return grant(
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      )
    if (sub === undefined || (typeof sub === 'string' && sub.endsWith(DOMAIN))) return undefined
    return {
      status: 401,
      error: 'unauthorized_client',
      description: 'Client is unauthorized to retrieve access tokens using this method.',
    }
  }
}

function grant(description: string): Refusal {
  return { status: 400, error: 'invalid_grant', description }
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
