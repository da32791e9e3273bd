/** Whether a backup can be relied on: it is restored where nothing else is, and compared with what was backed up. */
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { BackupError, DamagedBackupError, mendable, proveBackup } from '#db/backup.ts'
import type { Contents } from '#db/contents.ts'
import { Catalogue, verify, type AdsOptions } from '#server/ads/offline.ts'
import { ADS, readManifest, requireBytes, type Manifest } from './backup.ts'

export interface Proof {
  manifest: Manifest
  /** Of the database that came back. */
  contents: Contents | undefined
  /** One line each; none when the backup is whole. */
  problems: string[]
}

/** @throws BackupError for a folder that is no backup, or where nothing can be restored for the proof */
export async function verifyBackup(
  folder: string,
  { databaseUrl, ads }: { databaseUrl: string; ads: AdsOptions },
): Promise<Proof> {
  const manifest = await readManifest(folder)
  const { database } = manifest
  // A disk without room for the proof is no damage of the backup.
  return await mendable('The backup cannot be proved', async () => {
    const found = database && (await provenContents(folder, database, databaseUrl))
    const ofAds = manifest.ads ? await adsProblems(folder, manifest.ads, ads) : []
    return { manifest, contents: found?.contents, problems: [...(found?.problems ?? []), ...ofAds] }
  })
}

type Database = NonNullable<Manifest['database']>

async function provenContents(
  folder: string,
  database: Database,
  databaseUrl: string,
): Promise<{ contents?: Contents; problems: string[] }> {
  const path = join(folder, database.file)
  try {
    await requireBytes(folder, database)
    const contents = await contentsOf(path, database.file === 'adstock.db' ? undefined : databaseUrl)
    return { contents, problems: differences(database.contents, contents) }
  } catch (error) {
    if (existsSync(path) && !(error instanceof DamagedBackupError)) throw error
    return {
      problems: [error instanceof DamagedBackupError ? error.message : `${database.file} is missing.`],
    }
  }
}

/** @param server undefined for a SQLite file, which comes back beside the backup: both need the same room */
async function contentsOf(path: string, server: string | undefined): Promise<Contents> {
  if (server?.startsWith('file:'))
    throw new BackupError('The backup is of PostgreSQL: set DATABASE_URL to a server to prove it on.')
  if (server !== undefined) return await proveBackup(server, path)
  const backup = resolve(dirname(path))
  const scratch = join(dirname(backup), `.verifying-${basename(backup)}`)
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch)
  try {
    return await proveBackup(`file:${join(scratch, 'adstock.db')}`, path)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function differences(written: Contents | undefined, found: Contents): string[] {
  const after = figuresOf(found)
  const before = written ? figuresOf(written) : after
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].filter((name) => before[name] !== after[name])
  const unexplained = `The stock of ${found.unexplained} products is not what their ledger adds up to`
  return [
    ...changed.map(
      (name) => `${name}: ${after[name] ?? 'none'} came back instead of ${before[name] ?? 'none'}`,
    ),
    ...(found.unexplained > 0 ? [unexplained] : []),
  ]
}

function figuresOf({ tables, stock, ledgerSum }: Contents): Record<string, number> {
  const rows = Object.entries(tables).map(([name, count]) => [`rows of ${name}`, count] as const)
  return { ...Object.fromEntries(rows), 'pieces in stock': stock, 'sum of the ledger': ledgerSum }
}

async function adsProblems(
  folder: string,
  { dates }: { dates: number },
  options: AdsOptions,
): Promise<string[]> {
  const dir = join(folder, ADS)
  if (dates === 0) return []
  const catalogue = new Catalogue({ ...options, dir })
  const everything = { range: {}, reports: undefined, customerIds: undefined }
  const { lines, findings, unindexed } = await verify({ ...options, dir, catalogue }, everything)
  const found = lines.length + unindexed
  return [
    ...findings.map(
      ({ report, customer_id: customer, date, problem }) => `${report} ${customer} ${date}: ${problem}`,
    ),
    ...(found < dates ? [`The backup has ${found} dates of ads instead of ${dates}`] : []),
  ]
}
