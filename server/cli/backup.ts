/** `./scripts/adstock backup <folder>` and `./scripts/adstock restore <folder>`: everything that is kept, while it is in use. */
import { Command, Option } from 'commander'
import { BackupError } from '#db/backup.ts'
import { readConfig } from '#server/config.ts'
import { createBackup, restoreBackup, type BackupParts, type Manifest } from './backup/backup.ts'
import { runProgram } from './run-program.ts'

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
    tell(await createBackup(folder, placesOf(), partsOf(only)), folder, 'written to')
  })

program
  .command('restore')
  .description('Puts a backup where nothing is yet; what is there is never overwritten.')
  .argument('<folder>', 'that `create` has written')
  .addOption(partOption())
  .action(async (folder: string, { only }: { only?: keyof BackupParts }) => {
    tell(await restoreBackup(folder, placesOf(), partsOf(only)), folder, 'restored from')
  })

function placesOf() {
  const { databaseUrl, ads } = readConfig({ ...process.env, HOST: '127.0.0.1' })
  return { databaseUrl, adsDir: ads.dir }
}

function partsOf(part: keyof BackupParts | undefined): BackupParts {
  return { database: part !== 'ads', ads: part !== 'database' }
}

function tell({ database, ads }: Manifest, folder: string, done: string): void {
  const parts = [database && `${database.file} (${database.bytes} bytes)`, ads && `${ads.dates} dates of ads`]
  console.log(`${parts.filter(Boolean).join(' and ')} ${done} ${folder}`)
}

await runProgram(program, { usage: [BackupError] })
