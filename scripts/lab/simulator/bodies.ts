/** Error bodies as they were captured from the live API. */

export interface ErrorBody {
  error: { code: number; message: string; status: string; details?: object[] }
}

export interface AdsError {
  family: string
  value: string
  message: string
  quota?: { rateScope: 'ACCOUNT' | 'DEVELOPER'; rateName: string; retryDelay: string }
}

const STATUS: Readonly<Record<number, { name: string; message: string }>> = {
  400: { name: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  401: { name: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' },
  403: { name: 'PERMISSION_DENIED', message: 'The caller does not have permission' },
  429: { name: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' },
  500: { name: 'INTERNAL', message: 'Internal error encountered.' },
  503: { name: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
}

/** The failure is not always the first of the details: here a help link comes before it. */
export function adsError(status: number, { family, value, message, quota }: AdsError): ErrorBody {
  const { error } = plainError(status)
  return {
    error: {
      ...error,
      details: [
        { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
        {
          '@type': 'type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure',
          errors: [
            {
              errorCode: { [family]: value },
              message,
              ...(quota && { details: { quotaErrorDetails: quota } }),
            },
          ],
          requestId: 'sim-request-id',
        },
      ],
    },
  }
}

export function plainError(status: number): ErrorBody {
  const { name = 'UNKNOWN', message = 'Unknown error.' } = STATUS[status] ?? {}
  return { error: { code: status, message, status: name } }
}

/** What a proxy on the way answers, and a retired version on every path. */
export function htmlPage(status: number, title: string): Response {
  const page = `<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status} (${title})!!1</title>\n<p><b>${status}.</b> <ins>That’s an error.</ins>\n`
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=UTF-8' } })
}
