/** Whose figures a folder holds, and whether it is a store at all. Made-up figures never lie beside real ones. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SourceKind } from '#server/ads/connect.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import { replaceFile } from './commit.ts'
import { demoMarkerPath, indexPath, reportFolders, tmpDir } from './layout.ts'
import { readAccounts } from './stored-accounts.ts'

const MARKER_TEXT =
  'The figures in this folder are made up, to try Adstock without an account. They are not those of any advertiser.\n'

/** Undefined for a store that was never filled, or whose list of accounts was lost. */
export function sourceOfStore(dir: string): SourceKind | undefined {
  return existsSync(demoMarkerPath(dir)) ? 'demo' : readAccounts(dir)?.source
}

/** @throws ConfigurationError */
export function refuseMixing(dir: string, source: SourceKind): void {
  const held = sourceOfStore(dir)
  const isFilled = held !== undefined || holdsDates(dir)
  if (!isFilled || (held === 'demo') === (source === 'demo')) return
  throw new ConfigurationError(
    `The store ${dir} holds ${held === 'demo' ? 'demo' : 'real'} data, and ${source} would mix into it: choose another folder (--out, ADS_DIR) or remove this one.`,
  )
}

/** Before the first date is there, so that no reader meets made-up figures without it. @throws StoreError */
export async function markAsDemo(dir: string): Promise<void> {
  const path = demoMarkerPath(dir)
  if (!existsSync(path)) await replaceFile(dir, path, MARKER_TEXT)
}

/** Makes the folder where it is missing. @throws ConfigurationError */
export function requireWritable(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`Cannot write ${dir} (--out, ADS_DIR): ${reason}`, { cause: error })
  }
}

/** @throws ConfigurationError for a folder that no run has ever written to */
export function requireStore(dir: string): void {
  if (existsSync(dirname(tmpDir(dir))) || holdsDates(dir)) return
  const what = existsSync(dir) ? `${dir} is no ads store` : `There is no folder ${dir}`
  throw new ConfigurationError(
    `${what}: give the folder that a run has filled with --out or ADS_DIR, or fill it with ./scripts/adstock backfill.`,
  )
}

function holdsDates(dir: string): boolean {
  return existsSync(indexPath(dir)) || reportFolders(dir).some((report) => holdsAccounts(join(dir, report)))
}

function holdsAccounts(folder: string): boolean {
  return readdirSync(folder).some((name) => name.startsWith('customer_id='))
}
