/** An entry of the audit from a program that needs no database: of one that is there, which is neither made nor migrated. */
import { SQL } from 'bun'
import { existsSync } from 'node:fs'
import type { AuditRow } from './schema.postgres.ts'

const CONNECT_TIMEOUT_S = 5
const LOCK_TIMEOUT_MS = 5_000

export type AppendedEntry = Pick<AuditRow, 'at' | 'actor' | 'operation' | 'subject' | 'subjectId' | 'outcome'>

/** Does nothing where no SQLite file is. @param url `file:PATH` or `postgres://…` @throws for a database that is away */
export async function appendAudit(url: string, { subjectId, ...entry }: AppendedEntry): Promise<void> {
  const path = url.startsWith('file:') ? url.slice('file:'.length) : undefined
  if (path !== undefined && !existsSync(path)) return
  await using client = path === undefined ? postgresAt(url) : sqliteAt(path)
  if (path !== undefined) await client.unsafe(`pragma busy_timeout = ${LOCK_TIMEOUT_MS}`)
  await client`insert into audit ${client([{ ...entry, subject_id: subjectId }])}`
}

function sqliteAt(filename: string): SQL {
  return new SQL({ adapter: 'sqlite', filename, create: false, readwrite: true })
}

function postgresAt(url: string): SQL {
  const connection = { lock_timeout: LOCK_TIMEOUT_MS, statement_timeout: LOCK_TIMEOUT_MS }
  return new SQL({ url, max: 1, connectionTimeout: CONNECT_TIMEOUT_S, connection })
}
