/** A folder of backups, named by the minute of each: the newest ones are kept, and those that are young enough. */
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface Kept {
  /** So many of the newest, however old they are. */
  newest: number
  /** All that are younger than so many days. */
  days: number
}

const NAME = /^adstock-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})Z$/
const PARTIAL = '.partial'
const DAY_MS = 86_400_000

export function nameAt(ms: number): string {
  return `adstock-${new Date(ms).toISOString().slice(0, 16).replace(':', '-')}Z`
}

/** Removes what is neither among the newest nor young, and what killed runs left. @returns the names of backups that went */
export async function removeOld(folder: string, { newest, days }: Kept, nowMs: number): Promise<string[]> {
  const backups = await backupsIn(folder)
  const old = backups
    .slice(0, Math.max(0, backups.length - newest))
    .filter(({ at }) => nowMs - at > days * DAY_MS)
    .map(({ name }) => name)
  // A backup that is half removed must not look like one.
  for (const name of old) await rename(join(folder, name), join(folder, name + PARTIAL))
  for (const name of await readdir(folder)) {
    const at = timeOf(name.slice(0, -PARTIAL.length))
    // One of today may be under way.
    const isDead = old.includes(name.slice(0, -PARTIAL.length)) || (at !== undefined && nowMs - at > DAY_MS)
    if (name.endsWith(PARTIAL) && isDead) await rm(join(folder, name), { recursive: true, force: true })
  }
  return old
}

/** Of all files in a folder. */
export async function bytesIn(folder: string): Promise<number> {
  let sum = 0
  for await (const path of new Bun.Glob('**').scan({ cwd: folder, absolute: true }))
    sum += Bun.file(path).size
  return sum
}

async function backupsIn(folder: string): Promise<{ name: string; at: number }[]> {
  const names = existsSync(folder) ? await readdir(folder) : []
  return names
    .flatMap((name) => {
      const at = timeOf(name)
      return at === undefined ? [] : [{ name, at }]
    })
    .toSorted((a, b) => a.at - b.at)
}

function timeOf(name: string): number | undefined {
  const [, date, hours, minutes] = NAME.exec(name) ?? []
  return date === undefined ? undefined : Date.parse(`${date}T${hours}:${minutes}:00Z`)
}
