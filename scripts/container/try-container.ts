/** What an operator does with the image, and what must come of it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { openContainer, type Container } from './container.ts'

const READY_TIMEOUT_MS = 60_000
const MAX_EXIT_MS = 10_000
const DAYS = ['--start', '2026-10-01', '--end', '2026-10-31', '--source', 'demo', '--report', 'campaign']
type Running = ReturnType<Container['start']>

export async function tryContainer(image: string, folder: string): Promise<void> {
  const volume = join(folder, 'volume')
  await using container = await openContainer(image, volume)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const environment = {
    PORT: String(port),
    AUTH: 'open',
    ALLOW_OPEN: 'true',
    ADS_CRON: 'off',
    ADS_SOURCE: 'demo',
  }
  checkConfig(container)

  const first = container.start(environment)
  await ready(first, url)
  expectSame(
    'the health check',
    await ended(container.start(environment, container.config.Healthcheck.Test.slice(1))),
    0,
  )
  await unprivileged(first)
  await tryPage(url)
  const product = await (
    await post(`${url}/v1/products`, { name: 'Belt', price: '9.90', stock_level: 7 })
  ).json()
  await post(`${url}/v1/products/1/stock-adjustments`, { delta: -3, reason: 'sold' })
  // The server fetches two years of demo ads by itself; a second writer waits until it is done.
  await fetched(url)
  expectSame(
    'a fetch by command',
    await ended(container.start(environment, ['bun', 'scripts/ads.ts', 'fetch', ...DAYS])),
    0,
  )
  expectSame('verify', await ended(container.start(environment, ['bun', 'run', 'ads', 'verify'])), 0)
  expectSame(
    'a backup',
    await ended(container.start(environment, ['bun', 'run', 'backup', '/data/backup'])),
    0,
  )
  expectSame('a write outside of the volume', await ended(container.start({}, ['bun', '-e', WRITE])), 0)
  const before = await lookAt(url)
  console.log(`  stopped after ${await stop(first)} ms`)

  const second = container.start(environment)
  await ready(second, url)
  expectSame('everything after a restart', await lookAt(url), before)
  expectSame('the stock', (await (await fetch(`${url}/v1/products/1`)).json()) as unknown, {
    ...(product as object),
    stock_level: 4,
    version: 2,
    updated_at: (before['product'] as { updated_at: string }).updated_at,
  })
  console.log(`  stopped after ${await stop(second)} ms`)
  expectSame('the volume', (await readdir(volume)).toSorted(), ['ads', 'adstock.db', 'backup'])
  console.log('nothing is wrong')
}

const WRITE = `import { writeFileSync } from 'node:fs'
for (const path of ['/app/x', '/x', '/home/bun/x', '/etc/x']) {
  try { writeFileSync(path, ''); process.exit(1) } catch (error) { if (error.code !== 'EROFS' && error.code !== 'EACCES') process.exit(2) }
}`

function checkConfig({ config }: Container): void {
  expectSame('the user', config.User, '1000:1000')
  expectSame('the command', [...(config.Entrypoint ?? []), ...config.Cmd], ['bun', 'server/main.ts'])
  expectSame('the stop signal', config.StopSignal, 'SIGTERM')
  expectSame('the volumes', Object.keys(config.Volumes), ['/data'])
  expectSame('the title', config.Labels['org.opencontainers.image.title'], 'Adstock')
}

async function unprivileged(server: Running): Promise<void> {
  const status = await Bun.file(`/proc/${server.pid}/status`).text()
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]
  expectSame('the user of the process', field('Uid')?.split('\t'), ['1000', '1000', '1000', '1000'])
  expectSame('its capabilities', field('CapEff'), '0000000000000000')
  expectSame('no new privileges', field('NoNewPrivs'), '1')
}

async function tryPage(url: string): Promise<void> {
  const page = await (await fetch(url)).text()
  const script = /src="(\/[^"]+\.js)"/.exec(page)?.[1]
  if (script === undefined) throw new Error('The page has no script.')
  for (const path of [script, '/docs', '/openapi.json', '/livez', '/v1/products'])
    expectSame(path, (await fetch(url + path)).status, 200)
}

async function lookAt(url: string): Promise<Record<string, unknown>> {
  const look = async (path: string): Promise<unknown> => await (await fetch(`${url}/v1${path}`)).json()
  return {
    product: await look('/products/1'),
    adjustments: await look('/products/1/stock-adjustments'),
    ads: await look('/ads/days?from=2026-10-01&to=2026-10-31&report=campaign'),
  }
}

async function fetched(url: string): Promise<void> {
  const giveUpAt = performance.now() + 2 * READY_TIMEOUT_MS
  for (;;) {
    const { items } = (await (await fetch(`${url}/v1/ads/runs`)).json()) as { items: { state: string }[] }
    if (items[0]?.state === 'done') return
    if (performance.now() > giveUpAt) throw new Error('The ads were not fetched.')
    await Bun.sleep(200)
  }
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expectSame(url, response.status, 201)
  return response
}

async function ready(server: Running, url: string): Promise<void> {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    if (
      await fetch(`${url}/readyz`)
        .then(({ ok }) => ok)
        .catch(() => false)
    )
      return
    if (server.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`The container did not start: ${await new Response(server.stderr).text()}`)
    await Bun.sleep(50)
  }
}

async function ended(command: Running): Promise<number> {
  const [, said, code] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
    command.exited,
  ])
  if (code !== 0) console.log(said.slice(-1_000))
  return code
}

async function stop(server: Running): Promise<number> {
  const startedAtMs = performance.now()
  server.kill('SIGTERM')
  expectSame('the exit code', await server.exited, 0)
  const ms = Math.round(performance.now() - startedAtMs)
  if (ms > MAX_EXIT_MS) throw new Error(`It took ${ms} ms to stop.`)
  return ms
}

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (!Bun.deepEquals(found, expected))
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
}
