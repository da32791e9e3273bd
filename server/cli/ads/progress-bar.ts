/** How far a run is: a bar on a terminal, a plain line now and then elsewhere. */
import { etaMs, failedOf, total, type Progress } from '#server/ads/offline.ts'
import { duration, progressLine, rateOf } from './output.ts'

const BAR_EVERY_MS = 120
const LINE_EVERY_MS = 5_000

export async function showProgress(progress: Progress): Promise<Disposable> {
  return process.stderr.isTTY ? await showBar(progress) : showLines(progress)
}

async function showBar(progress: Progress): Promise<Disposable> {
  const { SingleBar, Presets } = await import('cli-progress')
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% | {value}/{total} dates | {rate} dates/s | {left} left{note}',
      stream: process.stderr,
      hideCursor: true,
      // Signals are ours: a run stops at a date boundary.
      gracefulExit: false,
    },
    Presets.shades_classic,
  )
  let started = false
  const draw = () => {
    const due = total(progress, 'requested') - total(progress, 'skipped')
    if (due === 0) return
    const now = Date.now()
    const left = etaMs(progress, now)
    const { waiting } = progress
    const fields = {
      rate: rateOf(progress, now),
      left: left === undefined ? '…' : duration(left),
      note: waiting ? ` | waiting: ${waiting.reason}` : '',
    }
    if (!started) bar.start(due, 0, fields)
    started = true
    bar.update(total(progress, 'fetched') + failedOf(progress).length, fields)
  }
  const timer = setInterval(draw, BAR_EVERY_MS)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      draw()
      if (started) bar.stop()
    },
  }
}

function showLines(progress: Progress): Disposable {
  const timer = setInterval(() => {
    if (total(progress, 'requested') > 0) console.error(progressLine(progress, Date.now()))
  }, LINE_EVERY_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
