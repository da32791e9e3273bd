/** `./scripts/adstock backup …` and `./scripts/adstock restore <folder>`: everything that is kept, while it is in use. */
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { BackupError } from '#db/backup.ts'
import { readConfig } from '#server/config.ts'
import { createBackup, restoreBackup, type BackupParts, type Manifest } from './backup/backup.ts'
import { bytesIn, nameAt, removeOld } from './backup/rotate.ts'
import { verifyBackup } from './backup/verify.ts'
import { note } from './recording.ts'
import { EXIT_NOT_DONE, runProgram } from './run-program.ts'

const program = new Command('backup')
  .description('Backs up DATABASE_URL and ADS_DIR into a folder, and restores them from it.')
  .exitOverride()

const partOption = () => new Option('--only <part>', 'one of the two').choices(['database', 'ads'])

program
  .command('create')
  .description('Writes a new folder. Servers and fetches go on meanwhile.')
  .argument('<folder>', 'must not be there yet')
  .addOption(partOption())
  .action(async (folder: string, { only }: { only?: keyof BackupParts }) => {
    const config = settings()
    tell(await createBackup(folder, placesOf(config), partsOf(only)), folder, 'written to')
    await noteBackup(config, 'create', folder)
  })

program
  .command('verify')
  .description(
    'Restores a backup into a place of its own, compares it with what was backed up, and removes it again.',
  )
  .argument('<folder>', 'that `create` has written')
  .action(async (folder: string) => {
    await prove(folder, settings())
  })

program
  .command('rotate')
  .description(
    'Writes a backup into a folder of backups, proves it, and removes old ones: BACKUP_KEEP, BACKUP_KEEP_DAYS.',
  )
  .argument('[folder]', 'BACKUP_DIR without it')
  .option('--json', 'the last line of stdout is its name and size')
  // A server that makes its scheduled backup so has an entry of its own.
  .addOption(new Option('--scheduled').hideHelp())
  .action(async (given: string | undefined, { json, scheduled }: { json?: true; scheduled?: true }) => {
    const config = settings()
    const { folder: configured, keep } = config.backups
    const folder = given ?? configured
    const nowMs = Date.now()
    const name = nameAt(nowMs)
    const target = join(folder, name)
    await mkdir(folder, { recursive: true })
    if (existsSync(target)) console.log(`${target} is there already`)
    else tell(await createBackup(target, placesOf(config), partsOf(undefined)), target, 'written to')
    const bytes = await bytesIn(target)
    const isWhole = await prove(target, config)
    if (isWhole) {
      const removed = await removeOld(folder, keep, nowMs)
      if (removed.length > 0) console.log(`Removed ${removed.join(', ')}`)
    } else await rename(target, `${target}.damaged`)
    if (!scheduled) await noteBackup(config, 'rotate', isWhole ? target : `${target}.damaged`)
    if (json) console.log(JSON.stringify({ name: isWhole ? name : `${name}.damaged`, bytes }))
  })

program
  .command('restore')
  .description('Puts a backup where nothing is yet; what is there is never overwritten.')
  .argument('<folder>', 'that `create` has written')
  .addOption(partOption())
  .action(async (folder: string, { only }: { only?: keyof BackupParts }) => {
    const config = settings()
    tell(await restoreBackup(folder, placesOf(config), partsOf(only)), folder, 'restored from')
    await noteBackup(config, 'restore', folder)
  })

function settings() {
  return readConfig({ ...process.env, HOST: '127.0.0.1' })
}

function placesOf({ databaseUrl, ads }: Pick<ReturnType<typeof settings>, 'databaseUrl' | 'ads'>) {
  return { databaseUrl, adsDir: ads.dir }
}

async function noteBackup(
  { databaseUrl }: Pick<ReturnType<typeof settings>, 'databaseUrl'>,
  name: 'create' | 'restore' | 'rotate',
  folder: string,
): Promise<void> {
  const subjectId = basename(resolve(folder))
  await note(databaseUrl, { operation: `backups.${name}`, subject: 'backup', subjectId, outcome: 'done' })
}

function partsOf(part: keyof BackupParts | undefined): BackupParts {
  return { database: part !== 'ads', ads: part !== 'database' }
}

function tell({ database, ads }: Manifest, folder: string, done: string): void {
  const parts = [database && `${database.file} (${database.bytes} bytes)`, ads && `${ads.dates} dates of ads`]
  console.log(`${parts.filter(Boolean).join(' and ')} ${done} ${folder}`)
}

/** Says what came back, and what of it is wrong. */
async function prove(folder: string, config: ReturnType<typeof settings>): Promise<boolean> {
  const { manifest, contents, problems } = await verifyBackup(folder, config)
  if (contents) {
    const { products = 0, stock_adjustments: entries = 0 } = contents.tables
    console.log(`${products} products with ${contents.stock} pieces and ${entries} ledger entries came back`)
  }
  if (manifest.ads) console.log(`${manifest.ads.dates} dates of ads were read`)
  for (const problem of problems) console.error(problem)
  console.log(
    problems.length === 0 ? `${folder} is whole` : `${folder} is damaged: ${problems.length} problems`,
  )
  if (problems.length > 0) process.exitCode = EXIT_NOT_DONE
  return problems.length === 0
}

await runProgram(program, { usage: [BackupError] })
