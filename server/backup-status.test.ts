/** When a scheduled backup is told to be overdue, on both databases. */
import { describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { databases } from '#server/keys/keys.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { createBackupRecord } from './backup-status.ts'

const MINUTE_MS = 60_000
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`)

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  test('two hours after its time, unless one has begun since, or nothing was scheduled then', async () => {
    await using resources = new AsyncDisposableStack()
    const { path } = resources.use(await temporaryFolder())
    const url = await databases[dialect](path)
    const db = resources.adopt(await openDatabase(url), (each) => each.close())
    let now = at('01T10:00')
    const clock = { now: () => now }
    const record = createBackupRecord(db, { cron: '0 3 * * *', clock })
    const overdueAt = async (time: string) => {
      now = at(time)
      return (await record.status())?.isOverdue
    }
    expect(await record.status()).toMatchObject({ nextAt: at('02T03:00'), isOverdue: false, last: undefined })
    expect(await overdueAt('02T04:59')).toBe(false)
    expect(await overdueAt('02T05:01')).toBe(true)
    const begunAt = at('02T06:00')
    const last = { begunAt, endedAt: begunAt + MINUTE_MS, proved: true, name: 'a', bytes: 1, problem: null }
    await record.ended(last)
    expect(await overdueAt('02T07:00')).toBe(false)
    expect(await overdueAt('03T05:01')).toBe(true)
    expect((await record.status())?.last).toEqual(last)
    expect(await createBackupRecord(db, { cron: 'off', clock }).status()).toBeUndefined()
  })
})
