/** The one place that records what operations wrote, whatever the transport: from their `subject`, never from a handler. */
import type { Caller } from '#server/caller.ts'
import { ProblemError } from '#server/errors.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Audit, NewEntry } from './audit.ts'
import { subjectIds, type Subject } from './subject.ts'

/** A write as it is asked for. */
export interface Act<Out> {
  /** `PATCH /products/:id`, or a name. */
  operation: string
  /** Null: it writes nothing that is recorded. */
  subject: Subject<Out> | null | undefined
  input: unknown
}

/** Where it is recorded, and what called. */
export interface Recording {
  audit: Audit
  caller: Pick<Caller, 'name' | 'keyId'>
  requestId: string | null
  log: Pick<Logger, 'error'>
}

/** Within the transaction of the write: both are stored, or neither is. */
export async function recorded<Out>(by: Recording, act: Act<Out>, run: () => Promise<Out>): Promise<Out> {
  const output = await run()
  await by.audit.append(doneEntries(by, act, output))
  return output
}

/** Of what was written, to be appended in its transaction. */
export function doneEntries<Out>(
  by: Pick<Recording, 'caller' | 'requestId'>,
  act: Act<Out>,
  output: Out,
): NewEntry[] {
  return entriesOf(by, act, { output })
}

/**
 * For what is not one transaction: its beginning is stored before, and its end after. A beginning without an end is of
 * a process that died, or of a database that was away at the end.
 */
export async function recordedOutside<Out>(
  by: Recording,
  act: Act<Out>,
  run: () => Promise<Out>,
): Promise<Out> {
  await by.audit.append(entriesOf(by, act, { outcome: 'begun' }))
  const end = async (ended: Ended<Out>) =>
    await by.audit
      .append(entriesOf(by, act, ended))
      // It is done all the same, and is answered so.
      .catch((error: unknown) => by.log.error({ err: error }, 'the audit lacks the end of an operation'))
  try {
    const output = await run()
    await end({ output })
    return output
  } catch (error) {
    await end({ outcome: codeOf(error) })
    throw error
  }
}

/** What it came to, or how far it is. */
type Ended<Out> = { output: Out } | { outcome: string }

function entriesOf<Out>(
  { caller: { name: actor, keyId = null }, requestId }: Pick<Recording, 'caller' | 'requestId'>,
  { operation, subject, input }: Act<Out>,
  ended: Ended<Out>,
): NewEntry[] {
  const { id: given, dry_run: isDryRun } = input as { id?: string | number; dry_run?: boolean }
  if (!subject || isDryRun === true) return []
  const isDone = 'output' in ended
  const outcome = isDone ? 'done' : ended.outcome
  const kind = typeof subject === 'object' ? subject.kind : subject
  const ids = isDone ? subjectIds(subject, { input, output: ended.output }) : [given]
  return ids.map((id) => ({
    requestId,
    keyId,
    actor,
    operation,
    subject: kind,
    subjectId: id === undefined ? null : String(id),
    outcome,
  }))
}

function codeOf(error: unknown): string {
  return error instanceof ProblemError ? error.code : 'INTERNAL'
}
