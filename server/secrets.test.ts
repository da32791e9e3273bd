/** Whatever the server says, on whatever way out, no secret that it was given is in it. */
import { expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { freePort } from '#db/free-port.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const ADMIN_KEY = 'correct-horse-battery-staple'
const SECRETS = {
  ADMIN_KEY,
  GOOGLE_ADS_CLIENT_SECRET: 'GOCSPX-0123456789abcdefABCDEF',
  GOOGLE_ADS_REFRESH_TOKEN: '1//0aBcDeFgHiJkLmNoPqRsTuVwXyZ',
  GOOGLE_ADS_DEVELOPER_TOKEN: 'aDeveloperTokenOf22Char',
}
const json = { 'content-type': 'application/json' }

test('keys, tokens, cookies and passwords are in no log, no metric and no answer', async () => {
  const database = new URL(await temporaryPostgres())
  database.password = 'password-of-the-database'
  await using folder = await temporaryFolder()
  const nobody = `http://127.0.0.1:${await freePort()}`
  const server = spawnServer(folder.path, {
    ...SECRETS,
    AUTH: 'keys',
    LOG_LEVEL: 'debug',
    DATABASE_URL: database.href,
    REDIS_URL: `redis://adstock:password-of-redis@127.0.0.1:${await freePort()}`,
    GOOGLE_ADS_CLIENT_ID: 'client',
    GOOGLE_ADS_CUSTOMER_ID: '1234567890',
    GOOGLE_ADS_ENDPOINT: nobody,
    GOOGLE_OAUTH_ENDPOINT: `${nobody}/token`,
  })
  const url = await urlOf(server)
  const said: string[] = []
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    said.push(text)
    return { response, text }
  }
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const wrong = 'ak_AAAAAAAA_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'
  await ask('v1/products', { headers: { authorization: `Bearer ${wrong}` } })
  await ask(`v1/products?key=${ADMIN_KEY}`, { headers: admin })
  await ask('v1/products', { method: 'POST', headers: { ...admin, ...json }, body: '{"name":1}' })
  await ask('session', { method: 'POST', headers: json, body: JSON.stringify({ key: wrong }) })
  const signedIn = await ask('session', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ key: ADMIN_KEY }),
  })
  const cookie = (signedIn.response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const [, session = ''] = cookie.split('=')
  expect(session.length).toBeGreaterThan(20)
  await ask('v1/products/1', { headers: { cookie } })
  // By itself the server begins to fetch two years, and finds nobody to sign in with.
  await until('it has found that out', async () =>
    /"state":"(?!running)|"retries":[1-9]/.test((await ask('v1/ads/runs', { headers: admin })).text),
  )
  await ask('metrics', { headers: admin })
  await ask('readyz')
  for (const part of ['status', 'settings', 'errors']) await ask(`v1/system/${part}`, { headers: admin })
  for (const file of ['audit', 'audit.csv']) await ask(`v1/${file}`, { headers: admin })
  expect(said.at(-1)).toContain('session.open,session,,KEY_INVALID')
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
  said.push(await new Response(server.stderr).text())

  // It has spoken of all this: otherwise nothing is shown.
  expect(said.join('\n')).toContain('KEY_INVALID')
  expect(said.at(-1)).toContain('"msg":"request"')
  const secrets = [
    ...Object.values(SECRETS),
    wrong.slice(12),
    session,
    'password-of-the-database',
    'password-of-redis',
  ]
  const found = secrets.filter((secret) => said.some((text) => text.includes(secret)))
  expect(found).toEqual([])
})
