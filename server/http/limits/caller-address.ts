/**
 * The caller that is limited when there is no key: the address of the connection, or, behind that many trusted proxies,
 * the address which the outermost of them saw. Entries further left are the client's own claims.
 *
 * An IPv6 caller is its /64: that is what one household or one machine is given, and can hop about in.
 */
export function callerAddress(request: Request, peer: string | undefined, trustedProxyHops: number): string {
  const forwarded =
    trustedProxyHops === 0
      ? []
      : (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  const claimed = forwarded.at(-trustedProxyHops)
  return prefixOf((trustedProxyHops > 0 && claimed) || peer || 'unknown')
}

function prefixOf(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  const [head = '', tail] = address.split('::', 2)
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
