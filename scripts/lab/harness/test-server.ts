/** For tests: the whole server on a port and in a folder of its own, spoken to over HTTP like any client does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '#client/api.ts'
import { startApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { createLogger } from '#server/platform/log.ts'

export interface TestServer extends AsyncDisposable {
  url: string
  client: Client
  /** REST: `await rest('PATCH /products/1', { body, headers })` */
  rest(route: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<RestAnswer>
}

export interface RestAnswer {
  status: number
  headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks at whatever came back
  body: any
}

export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'adstock-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function startTestServer(env: Record<string, string> = {}): Promise<TestServer> {
  const resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: `file:${join(folder.path, 'adstock.db')}`,
    ADS_DIR: join(folder.path, 'ads'),
    ADS_CRON: 'off',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  })
  const app = resources.use(await startApp(config, createLogger(config.log)))
  const url = app.url.origin
  return {
    url,
    client: createClient(url),
    async rest(route, { body, headers = {} } = {}) {
      const [method = 'GET', path = '/'] = route.split(' ', 2)
      const response = await fetch(`${url}/v1${path}`, {
        method,
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** One line of /metrics; 0 while nothing was counted. @throws when nothing is called so */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text()
  if (!text.includes(`# TYPE ${name.replace(/\{.*/, '')} `)) throw new Error(`No metric is called ${name}.`)
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}
