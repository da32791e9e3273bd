import { ProblemError } from '#server/errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A browser sends the cookie also with what another site makes it send. `SameSite=Strict` keeps that away from another
 * site, but not from another origin of the same one, such as a neighbouring port: so what changes something must come
 * from our own page. Neither header means that it is no browser.
 *
 * @throws ProblemError `CROSS_SITE_REFUSED`
 */
export function requireOwnOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return
  const site = request.headers.get('sec-fetch-site')
  if (site !== null ? site === 'same-origin' || site === 'none' : hasOwnOrigin(request)) return
  throw new ProblemError('CROSS_SITE_REFUSED', 'Only the page itself may do this with its cookie.')
}

function hasOwnOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return true
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host')
  return URL.canParse(origin) && new URL(origin).host === host
}
