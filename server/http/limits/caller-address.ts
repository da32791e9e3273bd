import ipaddr from 'ipaddr.js'
import { evictOldest } from '#server/platform/evict-oldest.ts'

/**
 * The caller that is limited when there is no key: the address of the connection, or, behind that many trusted proxies,
 * the address which the outermost of them saw. Entries further left are the client's own claims.
 *
 * An IPv6 caller is its /64: that is what one household or one machine is given, and can hop about in. What a proxy put in no address's place is not believed.
 */
export function callerAddress(request: Request, peer: string | undefined, trustedProxyHops: number): string {
  const forwarded =
    trustedProxyHops === 0
      ? []
      : (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  const claimed = forwarded.at(-trustedProxyHops)
  return (trustedProxyHops > 0 && claimed && prefixOf(claimed)) || (peer && prefixOf(peer)) || 'unknown'
}

/** Longer than any address with its port. */
const MAX_ADDRESS = 64
/** With a port (`192.0.2.1:4711`, `[2001:db8::1]:4711`) some proxies write it. */
const WITH_PORT = /^(?:([\d.]+):\d+|\[([^\]]*)\](?::\d+)?)$/

const MAX_KNOWN = 10_000
const known = new Map<string, string | undefined>()
const forgetOldest = evictOldest(known)

/** Parsed once: it is asked for with every request. @returns undefined when it is no address */
function prefixOf(text: string): string | undefined {
  if (known.has(text)) return known.get(text)
  const prefix = parsedPrefixOf(text)
  if (text.length <= MAX_ADDRESS) known.set(text, prefix)
  if (known.size > MAX_KNOWN) forgetOldest()
  return prefix
}

function parsedPrefixOf(text: string): string | undefined {
  const [, v4, v6] = WITH_PORT.exec(text) ?? []
  const address = v4 ?? v6 ?? text
  if (!ipaddr.isValid(address)) return undefined
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
