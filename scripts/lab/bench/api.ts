/** What the API serves from memory, beside servers that do nothing but send the same. */
import { join } from 'node:path'
import { openDatabase } from '#db/open.ts'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { createKeyStore } from '#server/keys/key-store.ts'
import { systemClock } from '#server/platform/clock.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import type { Load, LoadResult } from './load.ts'
import { print } from './measure.ts'
import { medianOf, runLoad } from './run-load.ts'

export interface ApiBench {
  count: number
  database: string
}

const ROUNDS = 3
/** Until then functions are being compiled, on the other core. */
const WARM_UP_S = 10
/** Never reached, but counted. */
const LIMITED = { RATE_LIMIT: 'on', RATE_LIMIT_READ: '9000000/1s' }

export async function benchApi({ count, database }: ApiBench): Promise<void> {
  await memory()
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const DATABASE_URL = database === 'postgres' ? await temporaryPostgres() : `file:${folder.path}/adstock.db`
  const db = await openDatabase(DATABASE_URL)
  await seed(db, { count, decimals: 2, now: Date.now() })
  const wishes = { name: 'bench', scopes: ['products:read'] } as const
  const { key } = await createKeyStore(db, systemClock).create(wishes)
  await db.close()

  const start = async (env: Record<string, string>) => {
    const settings = {
      DATABASE_URL,
      LOG_LEVEL: 'error',
      CACHE_MEMORY_MB: '256',
      ...env,
    }
    const server = spawnServer(folder.path, settings)
    resources.defer(() => server.kill())
    return Number(new URL(await urlOf(server)).port)
  }
  const open = await start({ RATE_LIMIT: 'off' })
  const limited = await start(LIMITED)
  /** Sends what the answer to this was, head and body, whatever it is asked for. */
  const bare = async (kind: string, path: string, asked: Record<string, string> = {}) => {
    const answer = await ask(`http://127.0.0.1:${open}${path}`, asked)
    const server = Bun.spawn(['bun', join(import.meta.dir, 'bare.ts'), kind, answer.body, answer.head], {
      stdout: 'pipe',
    })
    resources.defer(() => server.kill())
    for await (const line of server.stdout.pipeThrough(new TextDecoderStream())) {
      const url = /Listening at (\S+)/.exec(line)?.[1]
      if (url) return Number(new URL(url).port)
    }
    throw new Error(`The ${kind} server did not start.`)
  }

  const product = '/v1/products/42'
  const one: Case = { path: '/v1/products/{n}', keys: count }
  const same = await bare('body', product)
  await compare('a product, over all keys', { peer: same, limit: 0.7 }, { ...one, port: open })
  await compare('… with the rate limiter', { peer: same, limit: 0.55 }, { ...one, port: limited })
  await compare(
    '… with a key',
    { peer: same, limit: 0.55 },
    {
      ...one,
      headers: { authorization: `Bearer ${key}` },
      port: await start({ RATE_LIMIT: 'off', AUTH: 'keys' }),
    },
  )
  const headers = { 'if-none-match': '"1"' }
  const unchanged = await bare('unchanged', product, headers)
  await compare('… not modified', { peer: unchanged, limit: 0.75 }, { ...one, headers, port: open })
  const list = '/v1/products?limit=50'
  await compare('a list of 50', { peer: await bare('body', list), limit: 0.65 }, { path: list, port: open })
  await compare(
    'products.get over tRPC',
    { peer: await bare('trpc', product), limit: 0.8 },
    { path: `/trpc/products.get?input=${encodeURIComponent('{"id":42}')}`, port: open },
  )
}

/** Twice, because the second answer comes from memory, and says so. */
async function ask(url: string, headers: Record<string, string>): Promise<{ body: string; head: string }> {
  await (await fetch(url, { headers })).text()
  const response = await fetch(url, { headers })
  const head = Object.fromEntries(response.headers)
  for (const name of ['date', 'content-length', 'connection', 'content-encoding']) delete head[name]
  return { body: await response.text(), head: JSON.stringify(head) }
}

async function memory(): Promise<void> {
  const child = Bun.spawn(['bun', join(import.meta.dir, 'cache-memory.ts')], { stdout: 'pipe' })
  const measured = JSON.parse(await new Response(child.stdout).text()) as Record<string, number>
  const { real = 0, counted = 0, share = 0 } = measured
  print('memory of a kept product', `${Math.round(real)} bytes`, `counted as ${Math.round(counted)}`)
  print(
    'most memory counted over 10,000,000 keys',
    `${(share * 100).toFixed(1)} %`,
    'of the bound (limit 100 %)',
  )
}

type Case = Pick<Load, 'path'> & Partial<Pick<Load, 'keys' | 'headers' | 'once'>>

/** In turns, so that what else the machine does meets both. */
async function compare(
  what: string,
  { peer, limit }: { peer: number; limit: number },
  { port, ...load }: Case & { port: number },
): Promise<void> {
  const ours: LoadResult[] = []
  const theirs: LoadResult[] = []
  // Over every key, so that the answers are there; and both programs are compiled as they will be.
  await runLoad({ ...load, port, once: true })
  await runLoad({ ...load, port, seconds: WARM_UP_S })
  await runLoad({ ...load, port: peer })
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await runLoad({ ...load, port: peer }))
    ours.push(await runLoad({ ...load, port }))
  }
  const [mine, other] = [medianOf(ours), medianOf(theirs)]
  print(
    what,
    `${Math.round(mine.perSecond).toLocaleString('en')}/s, p99 ${mine.p99Ms.toFixed(1)} ms`,
    `${(mine.perSecond / other.perSecond).toFixed(2)} × a bare server's ${Math.round(other.perSecond).toLocaleString('en')}/s (at least ${limit}); answers ${Object.keys(mine.statuses).join()}`,
  )
}
