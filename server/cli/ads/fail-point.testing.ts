/**
 * `bun --preload` of a child that is to die by its own hand at an exact place, as no signal from outside could hit it.
 * The place is found in the source as it is loaded, so the code itself knows nothing of it; a place that is not found
 * is an error.
 */
import { readFileSync } from 'node:fs'

interface Place {
  file: RegExp
  /** The process dies just before this. */
  before: string
}

export const FAIL_POINTS = {
  'a date is written and not yet in its place': {
    file: /store\/commit\.ts$/,
    before: 'await rename(tmpPath, path)\n    await syncFolder(folder)',
  },
  'a date is in its place and not yet in the index': {
    file: /store\/store\.ts$/,
    before: 'const fetchedOn = dateIn(',
  },
  'the index is written and not yet in its place': {
    file: /store\/commit\.ts$/,
    before: 'await rename(tmpPath, path)\n    await syncFolder(dirname(path))',
  },
  'the aggregated file is half written': {
    file: /store\/aggregate\.ts$/,
    before: 'if (line.rows > 0) await appendBody(',
  },
  'the aggregated file is written and not yet in its place': {
    file: /store\/aggregate\.ts$/,
    before: 'const newSize = await sizeOf(tmpPath)',
  },
  'the aggregated file is in its place and not yet known': {
    file: /store\/aggregate\.ts$/,
    before: "await writeState(dir, 'aggregates.json'",
  },
} as const satisfies Record<string, Place>
export type FailPoint = keyof typeof FAIL_POINTS

const point = process.env['FAIL_POINT']
if (point !== undefined) arm(FAIL_POINTS[point as FailPoint], Number(process.env['FAIL_AT']))

/** @param times the process dies when it comes there for this time */
function arm({ file, before }: Place, times: number): void {
  let left = times
  Object.assign(globalThis, {
    failPoint: () => {
      if (--left === 0) process.kill(process.pid, 'SIGKILL')
    },
  })
  Bun.plugin({
    name: 'fail point',
    setup(build) {
      build.onLoad({ filter: file }, ({ path }) => {
        const source = readFileSync(path, 'utf8')
        if (source.split(before).length !== 2) throw new Error(`${path} does not have this once: ${before}`)
        return { contents: source.replace(before, () => `globalThis.failPoint();${before}`), loader: 'ts' }
      })
    },
  })
}
