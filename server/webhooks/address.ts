/** Where deliveries may go: not into the server's own network, whatever a name resolves to. */
import { lookup } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'

/** Beside the addresses themselves. These never lead out of a machine or a network. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i

/** All that is assigned in IPv6; `::7f00:1`, an old form of 127.0.0.1, is not. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

export interface AddressPolicy {
  /** Own networks, and plain HTTP. */
  allowPrivate: boolean
}

/** Why a delivery was not made. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** What can be said without resolving a name. @returns what is wrong with it */
export function mistakeIn(text: string, { allowPrivate }: AddressPolicy): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL'
  const { protocol, username, password, hostname } = new URL(text)
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:'))
    return allowPrivate ? 'must begin with https:// or http://' : 'must begin with https://'
  if (username !== '' || password !== '') return 'must not contain a password'
  if (!allowPrivate && (LOCAL_NAME.test(hostname) || isPrivate(bare(hostname))))
    return 'must not be in a private network, unless WEBHOOKS_ALLOW_PRIVATE=true'
  return undefined
}

/**
 * The addresses of a URL's host. A connection has to be made to one of them: resolved again, the name could lead elsewhere.
 * @throws AddressRefused when one of them is private; the resolver's errors
 */
export async function resolve(url: URL, { allowPrivate }: AddressPolicy): Promise<string[]> {
  const host = bare(url.hostname)
  const found = ipaddr.isValid(host)
    ? [host]
    : (await lookup(host, { all: true })).map(({ address }) => address)
  if (!allowPrivate && found.some(isPrivate)) throw new AddressRefused('The address is in a private network.')
  return found
}

/** All that is not an ordinary public address; of one that stands for an IPv4 address, that one. */
function isPrivate(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() !== 'unicast' || (parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST))
}

/** IPv6 addresses stand in brackets in URLs. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
