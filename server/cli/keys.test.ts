/** The command line and servers that run meanwhile, each in a process of its own. */
import { describe, expect, test } from 'bun:test'
import { SCOPES } from '#server/caller.ts'
import { bearer, createKey, databases, keysCommand, revokeKey } from '#server/keys/keys.testing.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const settings = {
  AUTH: 'keys',
  RATE_LIMIT: 'off',
}

async function ended(server: ReturnType<typeof spawnServer>): Promise<number> {
  server.kill('SIGTERM')
  return await server.exited
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  test('a key that was revoked is refused by the next request, on each of two servers that knew it', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases[dialect](folder.path)
    const environment = { ...settings, ADMIN_KEY: 'an-admin-key-for-tests-only', DATABASE_URL }
    const servers = [1, 2].map(() => spawnServer(folder.path, environment))
    const urls = await Promise.all(servers.map(urlOf))
    const statuses = async (key: string) =>
      await Promise.all(
        urls.flatMap((url) => [
          fetch(`${url}v1/products`, { headers: bearer(key) }).then(({ status }) => status),
          fetch(`${url}trpc/products.list`, { headers: bearer(key) }).then(({ status }) => status),
        ]),
      )
    for (let round = 0; round < 3; round += 1) {
      const key = await createKey(DATABASE_URL, `round ${round}`, 'products:read')
      // The first may fill caches, the second is answered from them.
      expect(await statuses(key)).toEqual([200, 200, 200, 200])
      expect(await statuses(key)).toEqual([200, 200, 200, 200])
      await revokeKey(DATABASE_URL, key)
      expect(await statuses(key)).toEqual([401, 401, 401, 401])
    }
    expect(await Promise.all(servers.map(ended))).toEqual([0, 0])
  })

  test('the first start makes one key and shows it once, however many servers start', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases[dialect](folder.path)
    const start = () => startAndEnd(folder.path, { ...settings, DATABASE_URL })
    const runs = await Promise.all([start(), start(), start()])
    const [key = '', ...others] = runs.flatMap(
      ({ stdout }) => /shown this once: (ak_\S+)/.exec(stdout)?.[1] ?? [],
    )
    expect(key).toMatch(/^ak_/)
    expect(others).toEqual([])
    for (const { stderr } of runs) expect(stderr).not.toContain(key)
    const { stdout } = await keysCommand(DATABASE_URL, 'list', '--json')
    expect(JSON.parse(stdout)).toMatchObject([
      {
        name: 'first key',
        prefix: key.slice(0, 11),
        scopes: [...SCOPES],
      },
    ])
    await revokeKey(DATABASE_URL, key)
    expect((await start()).stdout).not.toContain('ak_')
  })

  test('with an ADMIN_KEY no other is made', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases[dialect](folder.path)
    const ADMIN_KEY = 'an-admin-key-for-tests-only'
    const { stdout, stderr } = await startAndEnd(folder.path, { ...settings, DATABASE_URL, ADMIN_KEY })
    expect(stdout).toMatch(/^Adstock is at \S+\n$/)
    expect(stdout + stderr).not.toContain(ADMIN_KEY)
    expect((await keysCommand(DATABASE_URL, 'list', '--json')).stdout).toBe('[]\n')
  })
})

/** What a server says from its start to its end, which comes as soon as it listens. */
async function startAndEnd(folder: string, env: Record<string, string>) {
  const server = spawnServer(folder, env)
  const output = new Response(server.stdout).text()
  let stderr = ''
  let told = false
  for await (const chunk of server.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += chunk
    if (told || !stderr.includes('"msg":"listening"')) continue
    told = true
    server.kill('SIGTERM')
  }
  return { stdout: await output, stderr }
}

test('create, list and revoke, for people and for programs', async () => {
  await using folder = await temporaryFolder()
  const url = await databases.SQLite(folder.path)
  expect((await keysCommand(url, 'list')).stdout).toContain('no key yet')
  const created = await keysCommand(url, 'create', '--name', 'price sync', '--scope', 'products:read')
  const key = created.stdout.trim()
  expect(created).toMatchObject({ code: 0, stdout: `${key}\n` })
  expect(created.stderr).not.toContain(key)

  const more = ['--scope', 'admin', '--scope', 'admin', '--expires-in-days', '30', '--json']
  const json = JSON.parse((await keysCommand(url, 'create', '--name', 'n', ...more)).stdout)
  expect(json).toMatchObject({ id: 2, name: 'n', scopes: ['admin'], last_used_at: null, revoked_at: null })
  expect(Date.parse(json.expires_at) - Date.parse(json.created_at)).toBeCloseTo(30 * 86_400_000, -4)

  const listed = await keysCommand(url, 'list')
  expect(listed.stdout).toMatch(
    new RegExp(`${key.slice(0, 11)} +price sync +products:read .* never +valid\n`),
  )
  expect(listed.stdout).not.toContain(key)

  for (const reference of [key, '2']) {
    expect(await keysCommand(url, 'revoke', reference)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is revoked'),
    })
    expect(await keysCommand(url, 'revoke', reference)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('already'),
    })
  }
  const all = JSON.parse((await keysCommand(url, 'list', '--json')).stdout)
  expect(all.every((each: { revoked_at: string | null }) => each.revoked_at !== null)).toBe(true)
})

test.each([
  [['create', '--name', 'x', '--scope', 'products'], 2, 'products:read'],
  [['create', '--name', 'x'], 2, '--scope'],
  [['create', '--scope', 'admin'], 2, '--name'],
  [['create', '--name', 'two\nlines', '--scope', 'admin'], 2, 'one line'],
  [['revoke', 'ak_AAAAAAAA'], 1, 'no such key'],
  [['revoke', '7'], 1, 'no such key'],
  [['rotate'], 2, 'rotate'],
])('%p is refused', async (args, code, words) => {
  await using folder = await temporaryFolder()
  const result = await keysCommand(await databases.SQLite(folder.path), ...args)
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
})

test('a database that cannot be reached is said so, without its password', async () => {
  const { code, stderr } = await keysCommand('postgres://ana:hush@127.0.0.1:1/none', 'list')
  expect(code).toBe(2)
  expect(stderr).toContain('cannot be opened')
  expect(stderr).not.toContain('hush')
})
