/** Sign-ins in the audit, refused ones among them: but not so many that a stranger could fill the disk. */
import type { Audit } from '#server/audit/audit.ts'
import type { Caller } from '#server/caller.ts'
import { ProblemError } from '#server/errors.ts'
import { Gcra } from '#server/platform/gcra.ts'
import { prefixOf } from '#server/keys/key.ts'
import type { Metrics } from '#server/platform/metrics.ts'

export interface SignInAudit {
  opened: (caller: Caller, requestId: string) => Promise<void>
  closed: (caller: Caller, requestId: string) => Promise<void>
  /** Of what was tried only the public part of a well-formed key is kept. */
  refused: (error: unknown, key: string, requestId: string) => Promise<void>
}

interface Parts {
  audit: Audit
  metrics: Metrics
  now: () => number
}

/** Of one server. */
const REFUSALS = { requests: 30, windowMs: 3_600_000 }

export function createSignInAudit({ audit, metrics, now }: Parts): SignInAudit {
  const bound = new Gcra(now)
  const leftOut = metrics.counter({
    name: 'adstock_audit_left_out_total',
    help: 'Refused sign-ins beyond those that the audit takes in an hour',
  })
  const session = { subject: 'session', subjectId: null, outcome: 'done' }
  return {
    opened: (caller, requestId) =>
      audit.append([{ ...session, ...by(caller, requestId), operation: 'session.open' }]),
    closed: (caller, requestId) =>
      audit.append([{ ...session, ...by(caller, requestId), operation: 'session.close' }]),
    async refused(error, key, requestId) {
      const isRefusal =
        error instanceof ProblemError && (error.code === 'KEY_INVALID' || error.code === 'RATE_LIMITED')
      if (!isRefusal) return
      if (!bound.consume({ caller: '', rate: REFUSALS, cost: 1 }).allowed) return leftOut.add({})
      const refusal = { subjectId: prefixOf(key) ?? null, outcome: error.code }
      const unknown = { actor: 'anonymous', keyId: null, requestId }
      await audit.append([{ ...session, ...refusal, ...unknown, operation: 'session.open' }])
    },
  }
}

function by({ name: actor, keyId = null }: Caller, requestId: string) {
  return { actor, keyId, requestId }
}
