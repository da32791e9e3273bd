/** A backup is a folder: the database as one file, the store of the ads, and a manifest that is written last. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as v from 'valibot'
import {
  BackupError,
  DamagedBackupError,
  backUpDatabase,
  mendable,
  refuseExisting,
  restoreDatabase,
  syncToDisk,
} from '#db/backup.ts'
import { copyStore, isEmptyStore, stageStore } from '#server/ads/offline.ts'

export interface Places {
  databaseUrl: string
  adsDir: string
}

export interface BackupParts {
  database: boolean
  ads: boolean
}

const Manifest = v.object({
  made_at: v.string(),
  database: v.optional(
    v.object({
      file: v.picklist(['adstock.db', 'adstock.dump']),
      bytes: v.number(),
      sha256: v.string(),
      /** Backups of older versions are without. */
      contents: v.optional(
        v.object({
          tables: v.record(v.string(), v.number()),
          stock: v.number(),
          ledgerSum: v.number(),
          unexplained: v.number(),
        }),
      ),
    }),
  ),
  ads: v.optional(v.object({ dates: v.number() })),
})
export type Manifest = v.InferOutput<typeof Manifest>

const MANIFEST = 'manifest.json'
/** Of a backup, the folder of the store. */
export const ADS = 'ads'

/** @throws BackupError */
export async function createBackup(
  folder: string,
  { databaseUrl, adsDir }: Places,
  parts: BackupParts,
): Promise<Manifest> {
  const target = resolve(folder)
  if (existsSync(target)) throw new BackupError(`${target} is there already: name a new folder.`)
  const partial = `${target}.partial`
  return await mendable('No backup was written', async () => {
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    try {
      const manifest = await writeParts(partial, { databaseUrl, adsDir }, parts)
      await rename(partial, target)
      await syncToDisk(dirname(target))
      return manifest
    } catch (error) {
      await rm(partial, { recursive: true, force: true })
      throw error
    }
  })
}

async function writeParts(
  folder: string,
  { databaseUrl, adsDir }: Places,
  parts: BackupParts,
): Promise<Manifest> {
  const manifest: Manifest = { made_at: new Date().toISOString() }
  if (parts.database) {
    const file = fileFor(databaseUrl)
    const contents = await backUpDatabase(databaseUrl, join(folder, file))
    manifest.database = { file, ...(await bytesOf(join(folder, file))), contents }
  }
  if (parts.ads && existsSync(adsDir)) manifest.ads = { dates: await copyStore(adsDir, join(folder, ADS)) }
  const manifestPath = join(folder, MANIFEST)
  await Bun.write(manifestPath, `${JSON.stringify(manifest, null, 1)}\n`)
  for (const path of [manifestPath, folder]) await syncToDisk(path)
  return manifest
}

/** Looks at everything before it writes anything. @throws BackupError */
export async function restoreBackup(
  folder: string,
  { databaseUrl, adsDir }: Places,
  parts: BackupParts,
): Promise<Manifest> {
  const manifest = await readManifest(folder)
  const database = parts.database ? manifest.database : undefined
  const ads = parts.ads ? manifest.ads : undefined
  if (database) {
    if (database.file !== fileFor(databaseUrl))
      throw new BackupError(
        `${database.file} cannot be restored into this DATABASE_URL: it is of the other kind.`,
      )
    await requireBytes(folder, database)
    await refuseExisting(databaseUrl)
  }
  if (ads && !(await isEmptyStore(adsDir)))
    throw new BackupError(`${adsDir} is not empty: move it away first.`)

  await mendable('Nothing was restored', async () => {
    // The database first: its place is all there or not at all, and the ads then only get their name.
    await using store = ads && (await stageStore(join(folder, ADS), resolve(adsDir)))
    if (ads && store?.dates !== ads.dates)
      throw new BackupError(`The backup has ${store?.dates} dates instead of ${ads.dates}.`)
    if (database) await restoreDatabase(databaseUrl, join(folder, database.file))
    await store?.place()
  })
  return { made_at: manifest.made_at, database, ads }
}

function fileFor(databaseUrl: string): 'adstock.db' | 'adstock.dump' {
  return databaseUrl.startsWith('file:') ? 'adstock.db' : 'adstock.dump'
}

/** @throws BackupError */
export async function requireBytes(
  folder: string,
  { file, sha256 }: NonNullable<Manifest['database']>,
): Promise<void> {
  const found = await bytesOf(join(folder, file))
  if (found.sha256 !== sha256) throw new DamagedBackupError(`${file} is not what was written: it is damaged.`)
}

export async function readManifest(folder: string): Promise<Manifest> {
  const file = Bun.file(join(folder, MANIFEST))
  if (!(await file.exists())) throw new BackupError(`${folder} is no backup: it has no ${MANIFEST}.`)
  const read = v.safeParse(Manifest, await file.json().catch(() => undefined))
  if (!read.success) throw new BackupError(`${MANIFEST} in ${folder} is damaged.`)
  return read.output
}

async function bytesOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const part of Bun.file(path).stream()) hash.update(part)
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}
