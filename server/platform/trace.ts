/** W3C Trace Context: where a request stands in a trace that others began. */

export interface Trace {
  traceId: string
  /** Of what is done here. */
  spanId: string
  parentId: string | undefined
  /** Whether the caller keeps the trace. */
  sampled: boolean
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/

/** @returns undefined for what is no `traceparent` */
export function continuedTrace(traceparent: string | null): Trace | undefined {
  if (traceparent === null) return undefined
  const [, traceId, parentId, flags = ''] = TRACEPARENT.exec(traceparent) ?? []
  if (traceId === undefined) return undefined
  return { traceId, spanId: randomHex(8), parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export function newTrace(): Trace {
  return { traceId: randomHex(16), spanId: randomHex(8), parentId: undefined, sampled: true }
}

/** For what is asked of others within it. */
export function traceparentOf({ traceId, spanId, sampled }: Trace): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex()
}
