/** The parts of a request's absolute URL, without parsing the whole: this runs for every request. */

/** Bun gives the path alone when `Host` is no name. */
export function isWithoutHost(url: string): boolean {
  return url.startsWith('/')
}

/** Path and query. */
export function addressOf(url: string): string {
  if (isWithoutHost(url)) return url
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return start === -1 ? '/' : url.slice(start)
}

export function pathIn(address: string): string {
  const end = address.indexOf('?')
  return end === -1 ? address : address.slice(0, end)
}
