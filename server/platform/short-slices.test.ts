import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'

const [major = 0, minor = 0] = release().split('.').map(Number)
const isKnown = existsSync('/proc/self/sched') && (major > 6 || (major === 6 && minor >= 12))

test.if(isKnown)('the thread has short slices, and what it starts has those of every other', async () => {
  const program = `
    const { readFileSync } = require('node:fs')
    const { takeShortSlices } = require('${join(import.meta.dir, 'short-slices.ts')}')
    const before = readFileSync('/proc/self/sched', 'utf8')
    takeShortSlices()
    const child = Bun.spawnSync(['cat', '/proc/self/sched']).stdout.toString()
    console.log(JSON.stringify([before, readFileSync('/proc/self/sched', 'utf8'), child]))`
  const { stdout } = Bun.spawnSync([process.execPath, '-e', program])
  const slices = (JSON.parse(stdout.toString()) as string[]).map((sched) =>
    Number(/^se\.slice\s*:\s*(\d+)|^slice\s*:\s*(\d+)/m.exec(sched)?.slice(1).find(Boolean)),
  )
  expect(slices[0]).toBeGreaterThan(100_000)
  expect(slices).toEqual([slices[0] ?? 0, 100_000, slices[0] ?? 0])
})
