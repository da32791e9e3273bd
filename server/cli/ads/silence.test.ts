/** Other sides that accept and never answer, through the real command line: how long, and what is said meanwhile. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBench, type Bench } from './ads-command.testing.ts'

// An outage ends a run after 45 seconds.
setDefaultTimeout(120_000)

const FETCH = 'fetch --start 2026-01-01 --end 2026-06-22 --json'

/** A server that takes requests, and lets through only what `answers` says. */
function silentFront(target: string, answers: (path: string, body: string) => boolean) {
  let silenced = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const body = await request.text()
      if (answers(pathname, body))
        return await fetch(`${target}${pathname}`, { method: 'POST', headers: request.headers, body })
      silenced++
      return await new Promise<Response>(() => {})
    },
  })
  return {
    origin: server.url.origin,
    silenced: () => silenced,
    [Symbol.asyncDispose]: async () => await server.stop(true),
  }
}

const through = (bench: Bench, origin: string) => ({
  ADS_DIR: bench.dir,
  GOOGLE_ADS_ENDPOINT: origin,
  GOOGLE_OAUTH_ENDPOINT: `${origin}/token`,
  ADS_IDLE_TIMEOUT_MS: '500',
})

test.concurrent('a server that never answers is an outage after one round of time-outs, and ends the run', async () => {
  await using bench = openBench()
  await using front = silentFront(bench.simulator.endpoint, (_, body) => !body.includes('metrics.'))
  const { code, summary, stderr } = await bench.ads(FETCH, through(bench, front.origin))
  expect({ code, failed: summary.failed.length }).toEqual({ code: 1, failed: 173 })
  // The first round of eight, those of it that were sent again before it was over, and one probe at a time.
  expect(front.silenced()).toBeLessThanOrEqual(2 * 8 + 10)
  const waits = stderr.split('\n').filter((line) => line.startsWith('waiting until'))
  expect(waits.length).toBeGreaterThanOrEqual(5)
  expect(new Set(waits).size).toBe(waits.length)
  expect(waits[0]).toContain('No answer began within 0.5 s')
})

test.concurrent('a token endpoint that never answers is told as it happens, and ends the run after three time-outs', async () => {
  await using bench = openBench()
  await using front = silentFront(bench.simulator.endpoint, (path) => path !== '/token')
  const { code, summary, stderr } = await bench.ads(FETCH, through(bench, front.origin))
  expect({ code, failed: summary.failed.length }).toEqual({ code: 1, failed: 173 })
  expect(front.silenced()).toBe(3)
  expect(stderr).toMatch(
    /waiting until \d\d:\d\d:\d\d, asking account 1234567890 about itself: The token endpoint did not answer within 0.5 s/,
  )
  expect(stderr.split('TIMEOUT: The token endpoint')).toHaveLength(2)
})

test.concurrent('a module that never gives a row is noticed alike', async () => {
  await using bench = openBench()
  const path = join(bench.dir, 'source.mjs')
  writeFileSync(path, 'export const fetchData = () => new Promise(() => {})')
  const { code, stdout } = await bench.ads(`fetch --start 2026-01-01 --end 2026-06-22 --source ${path}`, {
    ADS_TIMEOUT_MS: '1000',
  })
  expect(code).toBe(1)
  expect(stdout).toContain('TIMEOUT: No row arrived within 1 s.')
  const requests = /(\d+) requests/.exec(stdout)?.[1]
  // Not twelve tries for each of 173 dates.
  expect(Number(requests)).toBeLessThanOrEqual(2 * 8 + 10)
})
