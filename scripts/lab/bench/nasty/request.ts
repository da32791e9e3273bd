/** A request that is within every bound on its size, and that few callers would send. */
export interface NastyRequest {
  what: string
  path: string
  /** @param round counts the repetitions: what is written has to differ */
  options: (round: number) => RequestInit
}

export const JSON_TYPE = { 'content-type': 'application/json' }
const FRESH = { 'cache-control': 'no-cache' }

export const get = (what: string, path: string, headers: Record<string, string> = FRESH): NastyRequest => ({
  what,
  path,
  options: () => ({ headers }),
})

export const post = (what: string, path: string, body: (round: number) => string): NastyRequest => ({
  what,
  path,
  options: (round) => ({ method: 'POST', headers: JSON_TYPE, body: body(round) }),
})
