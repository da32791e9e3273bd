/** How far a run is: a bar on a terminal, a plain line now and then elsewhere. Each wait is told once, on a line of its own. */
import type { Progress } from '#server/ads/offline.ts'
import { countsOf, progressWords, waitLine } from './progress-line.ts'

const LOOK_EVERY_MS = 120
const LINE_EVERY_MS = 5_000
const BRIEF_MS = 2_000
/** With the words beside it, a line of a terminal of 80 columns. */
const BAR_COLUMNS = 20

export async function showProgress(progress: Progress): Promise<Disposable> {
  return process.stderr.isTTY ? await showBar(progress) : showLines(progress)
}

async function showBar(progress: Progress): Promise<Disposable> {
  const { SingleBar, Format, Presets } = await import('cli-progress')
  const bar = new SingleBar(
    {
      format: (options, { progress: share }, { words }) =>
        `${Format.BarFormat(share, options)} ${words}`.slice(0, process.stderr.columns || undefined),
      barsize: BAR_COLUMNS,
      stream: process.stderr,
      hideCursor: true,
      // Signals are ours: a run stops at a date boundary.
      gracefulExit: false,
    },
    Presets.shades_classic,
  )
  const waits = new Waits(progress)
  let started = false
  const draw = () => {
    const nowMs = Date.now()
    const { over, due } = countsOf(progress)
    const words = progressWords(progress, nowMs)
    if (words === '') return
    const news = waits.news(nowMs)
    // The bar is drawn anew beneath it.
    if (news !== undefined) process.stderr.write(`\r\u001b[K${news}\n`)
    if (!started) bar.start(Math.max(1, due), 0, { words })
    started = true
    bar.setTotal(Math.max(1, due))
    bar.update(over, { words })
  }
  const timer = setInterval(draw, LOOK_EVERY_MS)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      draw()
      if (started) bar.stop()
    },
  }
}

function showLines(progress: Progress): Disposable {
  const waits = new Waits(progress)
  let toldAtMs = Date.now()
  const timer = setInterval(() => {
    const nowMs = Date.now()
    const news = waits.news(nowMs)
    if (news !== undefined) console.error(news)
    if (progress.waiting || nowMs - toldAtMs < LINE_EVERY_MS) return
    toldAtMs = nowMs
    const words = progressWords(progress, nowMs)
    if (words !== '') console.error(words)
  }, LOOK_EVERY_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

class Waits {
  readonly #progress: Progress
  #told: string | undefined

  constructor(progress: Progress) {
    this.#progress = progress
  }

  /** The line of a wait that was not told yet. */
  news(nowMs: number): string | undefined {
    const line = waitLine(this.#progress, nowMs)
    if (line === undefined || line === this.#told || this.#isBrief(nowMs)) return undefined
    this.#told = line
    return line
  }

  /** A quota by the second, or a date that is tried again, is over before its line is read. */
  #isBrief(nowMs: number): boolean {
    const { code, untilMs = nowMs } = this.#progress.waiting ?? {}
    return (code === undefined || code === 'RATE_LIMITED') && untilMs - nowMs < BRIEF_MS
  }
}
