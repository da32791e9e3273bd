/** How files were read that were imported from this browser, for the next file with the same header. */
import type { ReadingOptions } from './reading-options.tsx'

const STORED_AS = 'adstock.import-readings'
const MAX_SAVED = 50
const HEADER_BYTES = 8 * 1024

type Saved = [header: string, reading: ReadingOptions][]

/** What was chosen for a file with this first line; undefined where nothing was. */
export async function savedReading(file: Blob): Promise<ReadingOptions | undefined> {
  const header = await headerOf(file)
  return saved().find(([known]) => known === header)?.[1]
}

export async function saveReading(file: Blob, reading: ReadingOptions): Promise<void> {
  const header = await headerOf(file)
  const others = saved().filter(([known]) => known !== header)
  const all: Saved = Object.keys(reading).length === 0 ? others : [[header, reading], ...others]
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(all.slice(0, MAX_SAVED)))
  } catch {
    // Without storage the next file is asked about again.
  }
}

function saved(): Saved {
  try {
    return JSON.parse(localStorage.getItem(STORED_AS) ?? '[]') as Saved
  } catch {
    return []
  }
}

/** Byte by byte, because how its letters are encoded is part of what is saved. */
async function headerOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer())
  const end = bytes.indexOf(10)
  return Array.from(bytes.subarray(0, end === -1 ? undefined : end), (byte) =>
    String.fromCharCode(byte),
  ).join('')
}
