/** Small JSON files beside the store. None of them is the truth: a damaged one counts as missing. */
import { existsSync, readFileSync } from 'node:fs'
import { replaceFile } from './commit.ts'
import { STATE_FILES, statePath, type StateFile } from './layout.ts'

export function readState<T>(
  dir: string,
  file: StateFile,
  isValid: (value: unknown) => value is T,
): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(statePath(dir, file), 'utf8'))
    return isValid(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The paths of those that are there and are no JSON. */
export function unreadableStates(dir: string): string[] {
  return STATE_FILES.filter(
    (file) => existsSync(statePath(dir, file)) && readState(dir, file, isJson) === undefined,
  ).map((file) => statePath(dir, file))
}

/** @throws StoreError */
export async function writeState(dir: string, file: StateFile, value: unknown): Promise<void> {
  await replaceFile(dir, statePath(dir, file), `${JSON.stringify(value, null, 1)}\n`)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whatever it says. */
function isJson(value: unknown): value is unknown {
  return value !== undefined
}
