/** What the command line writes is in the audit as what the API writes. */
import type { Database, Queries } from '#db/database.ts'
import { createAudit, type Audit } from '#server/audit/audit.ts'
import { recorded, recordedOutside, type Act, type Recording } from '#server/audit/record.ts'
import { systemClock } from '#server/platform/clock.ts'

export const COMMAND_LINE = 'command line'

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
