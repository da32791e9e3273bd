/** What became of the last scheduled backup: one row, which all servers of a database share. */
import { Cron } from 'croner'
import * as v from 'valibot'
import type { Database } from '#db/database.ts'
import { readSetting, setOnce, writeSetting } from '#db/settings.ts'
import type { Clock } from '#server/platform/clock.ts'

const LAST = 'backup: last'
const SINCE = 'backup: scheduled since'
/** A backup that has not ended so long after its time is told to be overdue. */
const GRACE_MS = 2 * 3_600_000

const LastBackup = v.object({
  begunAt: v.number(),
  endedAt: v.number(),
  /** Restored where nothing else is, and equal to what was backed up. */
  proved: v.boolean(),
  /** Null where none came to be. */
  name: v.nullable(v.string()),
  bytes: v.nullable(v.number()),
  problem: v.nullable(v.string()),
})
export type LastBackup = v.InferOutput<typeof LastBackup>

export interface BackupStatus {
  cron: string
  nextAt: number | null
  isOverdue: boolean
  last: LastBackup | undefined
}

export type BackupRecord = ReturnType<typeof createBackupRecord>

export function createBackupRecord(db: Database, { cron, clock }: { cron: string; clock: Clock }) {
  return {
    ended: async (last: LastBackup): Promise<void> =>
      await db.withTransaction((tx) => writeSetting({ db, tx }, LAST, JSON.stringify(last))),

    /** Undefined where none is scheduled. */
    async status(): Promise<BackupStatus | undefined> {
      if (cron === 'off') return undefined
      const now = clock.now()
      const since = Number(
        (await readSetting(db, db.reader, SINCE)) ?? (await setOnce(db, SINCE, String(now))),
      )
      const stored = await readSetting(db, db.reader, LAST)
      const last = stored === undefined ? undefined : v.parse(LastBackup, JSON.parse(stored))
      const schedule = new Cron(cron, { timezone: 'UTC', paused: true })
      const [due] = schedule.previousRuns(1, new Date(now - GRACE_MS))
      return {
        cron,
        nextAt: schedule.nextRun(new Date(now))?.getTime() ?? null,
        isOverdue: due !== undefined && due.getTime() > Math.max(since, last?.begunAt ?? 0),
        last,
      }
    },
  }
}
