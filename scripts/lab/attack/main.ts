/**
 * `./scripts/adstock attack [REQUESTS]`: hostile requests at a server as it is shipped, with its limits: how it
 * answered, and its memory after each quarter. The same requests as the test's, but more of them.
 */
import { Command } from 'commander'
import { memoryMb } from '#scripts/lab/harness/process-memory.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { hostileRequests } from '#server/http/hostile.testing.ts'
import { sendBytes } from '#server/http/hostile-send.testing.ts'

const AT_ONCE = 48
const BATCH = 500
const QUARTERS = 4
/** What it cannot speak, and what it refuses because too much is in hand. */
const ALLOWED = new Set(['501', '503', '505'])

const program = new Command('attack')
  .description('Hostile requests at a server with its limits on: statuses, and memory by quarter.')
  .argument('[requests]', 'how many', Number, 200_000)
  .parse()
const [requests] = program.processedArgs as [number]
await using folder = await temporaryFolder()
const server = spawnServer(folder.path, { LOG_LEVEL: 'error' })
const url = await urlOf(server)
const port = Number(new URL(url).port)
const statuses = new Map<string, number>()

console.log(`before: ${residentMb()} MB`)
for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
  for (let done = 0; done < requests / QUARTERS; done += BATCH) {
    const waiting = hostileRequests((quarter * requests) / QUARTERS + done, BATCH)
    const send = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const status = /^HTTP\/1\.1 (\d{3})/.exec(await sendBytes(port, next))?.[1] ?? 'closed'
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, send))
  }
  const counted = [...statuses]
    .toSorted(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([status, count]) => `${status}: ${count}`)
  console.log(`quarter ${quarter + 1}: ${residentMb()} MB, ${counted.join(', ')}`)
}
const { status } = await fetch(`${url}readyz`)
const failed = [...statuses.keys()].filter((each) => each.startsWith('5') && !ALLOWED.has(each))
console.log(
  `ready: ${status}; ${failed.length === 0 ? 'no answer of 5xx' : `failed with ${failed.join(', ')}`}`,
)
process.exitCode = failed.length === 0 && status === 200 ? 0 : 1
server.kill()
await server.exited

function residentMb(): number {
  return Math.round(memoryMb(server.pid, 'VmRSS'))
}
