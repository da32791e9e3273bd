/** What the command line writes is in the audit as what the API writes. */
import { appendAudit, type AppendedEntry } from '#db/append-audit.ts'
import type { Database, Queries } from '#db/database.ts'
import { createAudit, type Audit } from '#server/audit/audit.ts'
import { recorded, recordedOutside, type Act, type Recording } from '#server/audit/record.ts'
import type { SubjectKind } from '#server/audit/subject.ts'
import { systemClock } from '#server/platform/clock.ts'
import { withTimeout } from '#server/platform/with-timeout.ts'

export const COMMAND_LINE = 'command line'
const NOTE_TIMEOUT_MS = 12_000

/** What is old its servers forget. */
export function auditIn(db: Database): Audit {
  return createAudit(db, { clock: systemClock, keptMs: Infinity, names: new Map() })
}

function recordingIn(db: Database): Recording {
  const log = { error: (_: unknown, message?: string) => console.error(message) }
  return { audit: auditIn(db), caller: { name: COMMAND_LINE }, requestId: null, log }
}

/** In one transaction with its entry. */
export async function writing<Out>(
  db: Database,
  act: Act<Out>,
  run: (tx: Queries) => Promise<Out>,
): Promise<Out> {
  const recording = recordingIn(db)
  return await db.withTransaction((tx) =>
    recorded({ ...recording, audit: recording.audit.within(tx) }, act, () => run(tx)),
  )
}

/** With an entry before it and one after. */
export async function working<Out>(db: Database, act: Act<Out>, run: () => Promise<Out>): Promise<Out> {
  return await recordedOutside(recordingIn(db), act, run)
}

/** Of a command that needs no database: where there is none, or it is away, the command is done all the same. */
export async function note(
  databaseUrl: string,
  entry: Omit<AppendedEntry, 'at' | 'actor' | 'subject'> & { subject: SubjectKind },
): Promise<void> {
  try {
    const appended = appendAudit(databaseUrl, { ...entry, at: systemClock.now(), actor: COMMAND_LINE })
    await withTimeout(NOTE_TIMEOUT_MS, appended, unanswered)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    console.error(`Notice: the audit in DATABASE_URL lacks this ${entry.subject}: ${why}`)
  }
}

function unanswered(): Error {
  return new Error('it does not answer')
}
