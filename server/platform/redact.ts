/** Secrets, known by their shape: whatever carried one into a log line or a message, it does not get further. */

const SECRETS: readonly (readonly [shape: RegExp, instead: string])[] = [
  // Ours. What stands before the last part is public: by it one knows which key it was.
  [/\bak_([A-Za-z0-9]{4,12}_)?[\w-]{16,}/g, 'ak_$1[redacted]'],
  [/\bfeed_([A-Za-z0-9]{8})_[A-Za-z0-9]{16,}/g, 'feed_$1_[redacted]'],
  // A webhook's secret, and the address of one at Slack, which is all that it takes to write there.
  [/\bwhsec_[\w+/=-]{8,}/g, 'whsec_[redacted]'],
  [/(\bhooks\.slack\.com\/)[\w/-]+/gi, '$1[redacted]'],
  // Google's: access token, refresh token, client secret, API key.
  [/\bya29\.[\w.-]+/g, 'ya29.[redacted]'],
  [/\b1\/\/0[\w-]{10,}/g, '1//0[redacted]'],
  [/\bGOCSPX-[\w-]+/g, 'GOCSPX-[redacted]'],
  [/\bAIza[\w-]{30,}/g, 'AIza[redacted]'],
  // A signed token (RFC 7519), and a private key as PEM, also within JSON.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, 'eyJ[redacted]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?/g, '[redacted private key]'],
  // Whatever it is, it was sent as authority (RFC 6750, 7617).
  [/\b(Bearer|Basic) +(?!realm=)[\w.~+/-]{8,}=*/gi, '$1 [redacted]'],
  // The user and password of an address.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'@:]*:[^\s/"'@]+@/gi, '$1[redacted]@'],
]

/** @returns the text without the secrets in it; JSON stays JSON */
export function redacted(text: string): string {
  let rest = text
  for (const [shape, instead] of SECRETS) rest = rest.replace(shape, instead)
  return rest
}
