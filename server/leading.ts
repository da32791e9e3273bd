/** What one of the servers on a port does for all of them, beside the daily job of the ads. */
import type { Config } from '#server/config.ts'
import type { Stores } from '#server/context.ts'
import { forgetHourly } from './housekeeping.ts'
import type { Idempotency } from './idempotency.ts'
import type { Siblings } from '#server/platform/siblings.ts'
import { scheduleBackups, type BackupParts } from './scheduled-backups.ts'

export interface JobParts extends Omit<BackupParts, 'audit'> {
  config: Config
  stores: Stores
  idempotency: Idempotency
  siblings: Pick<Siblings, 'leading'>
}

/** Once this server leads. @param opened what it begins ends with this */
export async function startJobs(opened: AsyncDisposableStack, parts: JobParts): Promise<void> {
  const { config, stores, idempotency, log } = parts
  const { products, keys, webhooks, audit } = stores
  await parts.siblings.leading
  if (opened.disposed) return
  opened.use(forgetHourly([idempotency, keys, products, webhooks, audit], log))
  opened.use(scheduleBackups(config, { ...parts, audit }))
}
