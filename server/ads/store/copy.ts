/**
 * A copy of the store while a run writes it. No lock is needed, because a file is only ever replaced as a whole, and
 * because of the order. The index goes first: a date that is replaced meanwhile is then newer than its line, which is
 * what a run that was killed leaves behind, and what opening a store repairs. The other way round, the index would
 * tell of what is not there. Restatements go last: those that are told twice are kept once. The aggregated files are
 * made from the dates, and the next run makes them.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from './commit.ts'
import { DATA_FILE, indexPath, reportFolders, statePath } from './layout.ts'

const COPIED_LAST = [
  'accounts.json',
  'failures.json',
  'reports.json',
  'runs.json',
  'restatements.csv',
] as const

/** @param to a folder that is not there yet. @returns how many dates were copied */
export async function copyStore(from: string, to: string): Promise<number> {
  await mkdir(dirname(statePath(to, 'accounts.json')), { recursive: true })
  await copyIfThere(indexPath(from), indexPath(to))
  // Next to it: a run that writes both meanwhile keeps the checksums of what was before.
  await copyIfThere(statePath(from, 'index.json'), statePath(to, 'index.json'))
  let dates = 0
  for (const report of reportFolders(from)) {
    for (const file of await dataFilesIn(join(from, report))) {
      await copyIfThere(join(from, report, file), join(to, report, file))
      dates += 1
    }
  }
  for (const file of COPIED_LAST) await copyIfThere(statePath(from, file), statePath(to, file))
  await syncFolder(to)
  return dates
}

export interface StagedStore extends AsyncDisposable {
  dates: number
  /** Gives it its name. */
  place: () => Promise<void>
}

/** The same, beside a place where at most an empty folder is: what is not placed is removed again. */
export async function stageStore(from: string, to: string): Promise<StagedStore> {
  const staged = `${to}.restoring`
  const remove = async () => await rm(staged, { recursive: true, force: true })
  await remove()
  try {
    const dates = await copyStore(from, staged)
    const place = async () => {
      if (existsSync(to)) await rmdir(to)
      await rename(staged, to)
      await syncFolder(dirname(to))
    }
    return { dates, place, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export async function isEmptyStore(dir: string): Promise<boolean> {
  return !existsSync(dir) || (await readdir(dir)).length === 0
}

async function dataFilesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const files = await readdir(folder, { recursive: true })
  return files.filter((file) => file.endsWith(`/${DATA_FILE}`)).toSorted()
}

/**
 * The time of a date's file is when it was fetched, and is how its line is known to be about it: both are taken from
 * the same open file, whatever takes its place meanwhile.
 */
async function copyIfThere(from: string, to: string): Promise<void> {
  const source = await open(from, 'r').catch(nothingIfMissing)
  if (!source) return
  try {
    await mkdir(dirname(to), { recursive: true })
    const { mtimeMs } = await source.stat()
    const target = await open(to, 'w')
    try {
      await target.writeFile(source.createReadStream({ autoClose: false }))
      const at = new Date(Math.round(mtimeMs))
      await target.utimes(at, at)
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

function nothingIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
