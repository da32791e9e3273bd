/** The two ways of signing in, as forms for the token endpoint: a person's refresh token, or a service account's key. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigurationError } from '#server/ads/errors.ts'

export type Credentials = RefreshToken | ServiceAccount

export interface RefreshToken {
  kind: 'refresh-token'
  clientId: string
  clientSecret: string
  refreshToken: string
  endpoint: string
}

export interface ServiceAccount {
  kind: 'service-account'
  email: string
  keyId: string | undefined
  /** An object, because one of these shows nothing of itself when it is printed. */
  privateKey: KeyObject
  /** For whom the assertion is meant; the endpoint may be a proxy in front of it. */
  audience: string
  /** The user for whom the account acts, where a Workspace domain lets it. */
  impersonated: string | undefined
  endpoint: string
}

const SCOPE = 'https://www.googleapis.com/auth/adwords'
const ASSERTION_LIFETIME_S = 3_600

/** @param nowMs of our clock: the assertion says from when to when it holds */
export async function formFor(credentials: Credentials, nowMs: number): Promise<URLSearchParams> {
  if (credentials.kind === 'service-account')
    return new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertionOf(credentials, nowMs),
    })
  const { clientId, clientSecret, refreshToken } = credentials
  return new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  })
}

async function assertionOf(account: ServiceAccount, nowMs: number): Promise<string> {
  const { email, keyId, privateKey, audience, impersonated } = account
  const issuedAtS = Math.floor(nowMs / 1000)
  // Loaded here, because a run that has nothing to ask should not wait for it.
  const { SignJWT } = await import('jose')
  const assertion = new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
    .setIssuer(email)
    .setAudience(audience)
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + ASSERTION_LIFETIME_S)
  if (impersonated !== undefined) assertion.setSubject(impersonated)
  return await assertion.sign(privateKey)
}

/** @throws ConfigurationError that names the file, and nothing of what is in it */
export function readServiceAccount(
  path: string,
  { endpoint, impersonated }: Pick<ServiceAccount, 'endpoint' | 'impersonated'>,
): ServiceAccount {
  const file = readJson(path)
  const text = (name: string) => (typeof file[name] === 'string' ? file[name] : undefined)
  const [email, privateKey] = [text('client_email'), text('private_key')]
  if (file['type'] !== 'service_account' || email === undefined || privateKey === undefined)
    throw new ConfigurationError(
      `GOOGLE_ADS_JSON_KEY_FILE_PATH: ${path} is not a service account's key; it needs type, client_email and private_key.`,
    )
  return {
    kind: 'service-account',
    email,
    keyId: text('private_key_id'),
    privateKey: toRsaKey(privateKey, path),
    audience: text('token_uri') ?? endpoint,
    impersonated,
    endpoint,
  }
}

/** What a library says of a key that it cannot read may hold a part of it, so it is not repeated. */
function toRsaKey(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Said below.
  }
  throw new ConfigurationError(`GOOGLE_ADS_JSON_KEY_FILE_PATH: the private_key in ${path} is not an RSA key.`)
}

function readJson(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new ConfigurationError(`GOOGLE_ADS_JSON_KEY_FILE_PATH: ${path} cannot be read.`)
  }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    throw new ConfigurationError(`GOOGLE_ADS_JSON_KEY_FILE_PATH: ${path} is not JSON.`)
  }
}
