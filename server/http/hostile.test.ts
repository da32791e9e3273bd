/** What comes from people who mean harm: the server stays up, tells nothing of itself, and keeps its data. */
import { afterAll, expect, test } from 'bun:test'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { metricOf, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { hostileRequests } from './hostile.testing.ts'
import { sendBytes } from './hostile-send.testing.ts'

/** `./scripts/adstock attack` sends many more. */
const REQUESTS = 3000
const AT_ONCE = 48
const BATCH = 500
/** After the first tenth, in which caches fill and code is compiled. */
const MAX_GROWTH_BYTES = 96 * 1024 ** 2

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

/** Of a stack, of a database's own words, or of a file that is not the page's. */
const TELLTALE =
  /\n\s+at |\.[mc]?[jt]s:\d|SQLITE_|PostgresError|drizzle|bun:sqlite|"stack"|root:x:0|"dependencies"|\[core\]/
/** What a server may say that cannot speak to this client at all. */
const REFUSALS = new Set([501, 505])

function objections(answers: readonly string[]): string[] {
  return answers.flatMap((answer) => {
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
    if (answer === '') return []
    const sound =
      (status < 500 || REFUSALS.has(status)) &&
      !TELLTALE.test(answer) &&
      !/^(set-cookie|x-forged):/im.test(answer)
    return sound ? [] : [answer.slice(0, 500)]
  })
}

test(`${REQUESTS} hostile requests leave the server up, silent about itself, its memory flat and its data as they were`, async () => {
  const folder = resources.use(await temporaryFolder())
  const server = spawnServer(folder.path, { RATE_LIMIT: 'off', LOG_LEVEL: 'error' })
  resources.defer(async () => {
    server.kill()
    await server.exited
  })
  const url = await urlOf(server)
  const port = Number(new URL(url).port)
  const create = { method: 'POST', headers: { 'content-type': 'application/json' } }
  // The first is what the requests are about; nobody names the second.
  for (const sku of ['BAIT', 'BELT'])
    await fetch(`${url}v1/products`, { ...create, body: `{"name":"Belt","price":"9.90","sku":"${sku}"}` })
  const product = async () => await (await fetch(`${url}v1/products/2`)).json()
  const before = await product()

  const bad: string[] = []
  let silent = 0
  let memoryAtTenth = 0
  const memory = async () => await metricOf(url, 'process_resident_memory_bytes')
  for (let done = 0; done < REQUESTS; done += BATCH) {
    const requests = hostileRequests(done, BATCH)
    const worker = async () => {
      for (let next = requests.pop(); next; next = requests.pop()) {
        const answer = await sendBytes(port, next)
        if (answer === '') silent += 1
        bad.push(...objections([answer]))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    if (done >= REQUESTS / 10) memoryAtTenth ||= await memory()
  }
  expect(bad).toEqual([])
  // Most of them were understood well enough to be answered: otherwise only the parser was tried.
  expect(silent).toBeLessThan(REQUESTS / 2)
  expect((await memory()) - memoryAtTenth).toBeLessThan(MAX_GROWTH_BYTES)
  expect((await fetch(`${url}readyz`)).status).toBe(200)
  expect(await product()).toEqual(before)
  expect(server.exitCode).toBeNull()
})
