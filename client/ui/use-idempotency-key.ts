/** What one sends again after a lost answer must not have its effect twice. */
import { useRef } from 'react'

interface Sent {
  input: string
  key: string
}

/** The same key for the same input, until its answer has come. */
export function useIdempotencyKey() {
  const sent = useRef<Sent>(undefined)
  return {
    /** For the options of a mutation. */
    contextFor(input: object) {
      const text = JSON.stringify(input)
      if (sent.current?.input !== text) sent.current = { input: text, key: newKey() }
      return { context: { idempotencyKey: sent.current.key } }
    },
    answered() {
      sent.current = undefined
    },
  }
}

/** Not `randomUUID`: a page that came without TLS has none. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')
}
