/**
 * Sorts any number of lines in bounded memory: what is held goes to a sorted temp file (a run) when it is enough,
 * and the runs are merged. Most dates have fewer lines than one run holds, and touch no disk here.
 */
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { newTmpPath } from './commit.ts'

export interface KeyedLine {
  key: string
  line: string
}

export interface SorterLimits {
  lines: number
  characters: number
  /** Of one size; merged into one when there are so many: each takes a descriptor and a block of memory. */
  runs: number
}

const LIMITS: SorterLimits = { lines: 16_000, characters: 4_000_000, runs: 24 }
const LINES_PER_BLOCK = 1_000
const READ_BYTES = 64 * 1024

interface Run {
  path: string
  /** How often its lines were merged. */
  level: number
}

export class LineSorter implements AsyncDisposable {
  readonly #dir: string
  readonly #limits: SorterLimits
  #held: KeyedLine[] = []
  #heldCharacters = 0
  #runs: Run[] = []

  /** @param dir the store's folder, where the runs lie among the temp files */
  constructor(dir: string, limits: SorterLimits = LIMITS) {
    this.#dir = dir
    this.#limits = limits
  }

  /** The caller spills when it is full: a row should not have to wait for a promise. */
  add(key: string, line: string): void {
    this.#held.push({ key, line })
    this.#heldCharacters += key.length + line.length
  }

  get isFull(): boolean {
    return this.#held.length >= this.#limits.lines || this.#heldCharacters >= this.#limits.characters
  }

  async spill(): Promise<void> {
    await this.#write(blocksOf(this.#takeSorted()), 0)
    for (let level = 0; ; level++) {
      const runs = this.#runs.filter((run) => run.level === level)
      if (runs.length < this.#limits.runs) return
      await this.#write(merge(runs), level + 1)
      for (const run of runs) await this.#remove(run)
    }
  }

  /** All lines by key, equal keys side by side. To be read once, after the last line was added. */
  async *sorted(): AsyncGenerator<readonly KeyedLine[]> {
    if (this.#runs.length > 0 && this.#held.length > 0) await this.spill()
    yield* this.#runs.length > 0 ? merge(this.#runs) : blocksOf(this.#takeSorted())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held = []
    for (const run of this.#runs) await this.#remove(run)
  }

  #takeSorted(): KeyedLine[] {
    const lines = this.#held
    this.#held = []
    this.#heldCharacters = 0
    // oxlint-disable-next-line unicorn/no-array-sort -- sorted in place: a copy would double the memory
    return lines.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
  }

  /** Each with its lengths before it: a key may hold any character, so none could be a border. */
  async #write(
    blocks: Iterable<readonly KeyedLine[]> | AsyncIterable<readonly KeyedLine[]>,
    level: number,
  ): Promise<void> {
    const path = newTmpPath(this.#dir)
    // Known before it is there, so that no failure leaves it behind.
    this.#runs = [...this.#runs, { path, level }]
    const file = await open(path, 'w')
    try {
      for await (const block of blocks)
        await file.writeFile(
          block.map(({ key, line }) => `${key.length} ${line.length} ${key}${line}`).join(''),
        )
    } finally {
      await file.close()
    }
  }

  async #remove(run: Run): Promise<void> {
    this.#runs = this.#runs.filter((each) => each !== run)
    await unlink(run.path).catch(() => {})
  }
}

function* blocksOf(lines: readonly KeyedLine[]): Generator<readonly KeyedLine[]> {
  for (let from = 0; from < lines.length; from += LINES_PER_BLOCK)
    yield lines.slice(from, from + LINES_PER_BLOCK)
}

async function* merge(from: readonly Run[]): AsyncGenerator<readonly KeyedLine[]> {
  await using runs = new AsyncDisposableStack()
  const readers: RunReader[] = []
  for (const { path } of from) {
    const file = runs.adopt(await open(path, 'r'), async (each) => await each.close())
    readers.push(await RunReader.open(file))
  }
  let block: KeyedLine[] = []
  for (;;) {
    const least = leastOf(readers)
    if (!least?.head) break
    block.push(least.head)
    if (!least.advance()) await least.refill()
    if (block.length < LINES_PER_BLOCK) continue
    yield block
    block = []
  }
  yield block
}

function leastOf(readers: readonly RunReader[]): RunReader | undefined {
  let least: RunReader | undefined
  for (const reader of readers) {
    if (reader.head && (!least?.head || reader.head.key < least.head.key)) least = reader
  }
  return least
}

class RunReader {
  /** Undefined once all was read. */
  head: KeyedLine | undefined
  readonly #file: FileHandle
  readonly #bytes = new Uint8Array(READ_BYTES)
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #text = ''
  #at = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(file: FileHandle): Promise<RunReader> {
    const reader = new RunReader(file)
    await reader.refill()
    return reader
  }

  /** @returns false when more must be read first */
  advance(): boolean {
    const text = this.#text
    const first = text.indexOf(' ', this.#at)
    const second = first === -1 ? -1 : text.indexOf(' ', first + 1)
    if (second === -1) return false
    const keyEnd = second + 1 + Number(text.slice(this.#at, first))
    const lineEnd = keyEnd + Number(text.slice(first + 1, second))
    if (lineEnd > text.length) return false
    this.head = { key: text.slice(second + 1, keyEnd), line: text.slice(keyEnd, lineEnd) }
    this.#at = lineEnd
    return true
  }

  async refill(): Promise<void> {
    this.head = undefined
    while (!this.advance()) {
      const { bytesRead } = await this.#file.read(this.#bytes, 0, READ_BYTES)
      if (bytesRead === 0) return
      const more = this.#decoder.decode(this.#bytes.subarray(0, bytesRead), { stream: true })
      this.#text = `${this.#text.slice(this.#at)}${more}`
      this.#at = 0
    }
  }
}
