import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const ESTABLISHED = '01'

/** How many clients are connected to this process at its port, idle ones included: Bun counts requests alone. Linux. */
export function openConnections(port: number): number {
  const ours = new Set(readdirSync('/proc/self/fd').map((name) => socketOf(name)))
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const isOurs = (line: string) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === ESTABLISHED && local.endsWith(end) && ours.has(inode)
  }
  return ['tcp', 'tcp6'].flatMap(connections).filter(isOurs).length
}

function connections(family: string): string[] {
  try {
    return readFileSync(`/proc/net/${family}`, 'utf8').split('\n')
  } catch {
    // Such as IPv6 that is off.
    return []
  }
}

function socketOf(descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1]
  } catch {
    // Closed meanwhile.
    return undefined
  }
}
