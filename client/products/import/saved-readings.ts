/** How files were read that were imported from this browser, for the next file with the same header. */
import type { ReadingOptions } from './reading-options.tsx'

const STORED_AS = 'adstock.import-readings'
const MAX_SAVED = 50
const HEADER_BYTES = 8 * 1024
const MAX_NAME = 60

type Saved = [header: string, reading: ReadingOptions, name?: string][]

export interface SavedReading {
  /** The first line byte by byte, by which it is found again. */
  header: string
  /** As it was named, else how the header begins. */
  name: string
  reading: ReadingOptions
}

/** What was chosen for a file with this first line; undefined where nothing was. */
export async function savedReading(file: Blob): Promise<ReadingOptions | undefined> {
  const header = await headerOf(file)
  return saved().find(([known]) => known === header)?.[1]
}

export async function saveReading(file: Blob, reading: ReadingOptions): Promise<void> {
  const header = await headerOf(file)
  const before = saved().find(([known]) => known === header)
  const others = saved().filter(([known]) => known !== header)
  const isPlain = Object.keys(reading).length === 0
  const name = before?.[2]
  store(isPlain ? others : [name === undefined ? [header, reading] : [header, reading, name], ...others])
}

/** The one used last comes first. */
export function savedReadings(): SavedReading[] {
  return saved().map(([header, reading, name]) => ({ header, reading, name: name ?? nameOf(header) }))
}

/** @param name empty for how the header begins */
export function renameReading(header: string, name: string): void {
  store(
    saved().map((each) => {
      const [own, reading] = each
      if (own !== header) return each
      return name === '' ? [own, reading] : [own, reading, name.slice(0, MAX_NAME)]
    }),
  )
}

export function forgetReading(header: string): void {
  store(saved().filter(([own]) => own !== header))
}

function store(all: Saved): void {
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

function nameOf(header: string): string {
  const bytes = Uint8Array.from(header, (letter) => letter.charCodeAt(0))
  const text = new TextDecoder().decode(bytes).trim()
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text || 'File without a header'
}

/** Byte by byte, because how its letters are encoded is part of what is saved. */
async function headerOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer())
  const end = bytes.indexOf(10)
  return Array.from(bytes.subarray(0, end === -1 ? undefined : end), (byte) =>
    String.fromCharCode(byte),
  ).join('')
}
