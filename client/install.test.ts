/** The client as projects elsewhere install it: from the server that it calls, with npm, pnpm and Bun. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

setDefaultTimeout(240_000)

const refusal = await registryRefusal()
if (refusal !== undefined)
  process.stderr.write(`The client is not installed anywhere: npm's registry does not answer.\n${refusal}\n`)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: TestServer

beforeAll(async () => {
  await buildPageIfStale()
  folder = await temporaryFolder()
  server = await startTestServer()
  await server.client.products.create.mutate({ name: 'Belt', price: '9.90' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** A call, a refusal, and a change that arrives by itself. */
const CALLS = `
import { createClient, problemOf } from 'adstock-client'
const client = createClient(process.argv[2] ?? '')
const { name, version } = await client.products.get.query({ id: 1 })
const refused = await client.products.get.query({ id: 4711 }).catch((error) => problemOf(error)?.code)
const kind = await new Promise((resolve, reject) => {
  const changes = client.products.onChange.subscribe({ lastEventId: '0' }, {
    onData: ({ data }) => (changes.unsubscribe(), resolve(data.kind)),
    onError: reject,
  })
})
console.log(JSON.stringify({ name, version, refused, kind }))
process.exit(0)
`
const ANSWERS = { name: 'Belt', version: 1, refused: 'PRODUCT_NOT_FOUND', kind: 'created' }

/** Beside a tRPC of one's own: our client in TanStack Query's proxy, and one's own client of our router. */
const TYPED = `
import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpLink } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { createClient, type AppRouter, type Outputs } from 'adstock-client'

export const queryClient = new QueryClient()
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: createClient('http://shop'), queryClient })
const { items } = await queryClient.fetchQuery(trpc.products.list.queryOptions({ limit: 10 }))
export const price: string | undefined = items[0]?.price
export const own = createTRPCClient<AppRouter>({ links: [httpLink({ url: 'http://shop/trpc' })] })
export const product: Outputs['products']['get'] = await own.products.get.query({ id: 1 })
// @ts-expect-error -- an id is a number
void own.products.get.query({ id: '1' })
// @ts-expect-error -- there is no such field
void trpc.products.list.queryOptions({ limt: 10 })
`

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const STRICTLY =
  '--strict --noEmit --skipLibCheck false --exactOptionalPropertyTypes --target esnext --module esnext --moduleResolution bundler --lib esnext,dom,dom.iterable'

interface Project {
  path: string
  run: (...command: string[]) => Promise<string>
}

async function projectOf(name: string, dependencies: Record<string, string>): Promise<Project> {
  const path = join(folder.path, name)
  await mkdir(path)
  const manifest = {
    type: 'module',
    private: true,
    dependencies: { 'adstock-client': `${server.url}/client.tgz`, ...dependencies },
  }
  await Bun.write(join(path, 'package.json'), JSON.stringify(manifest))
  await Bun.write(join(path, 'calls.js'), CALLS)
  return {
    path,
    async run(...command) {
      const child = Bun.spawn(command, { cwd: path, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
      const [printed, said] = await Promise.all(
        [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
      )
      const code = await child.exited
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${printed}${said}`)
      return printed ?? ''
    },
  }
}

test('the package has the client and its types, and nothing of the server', async () => {
  const packed = await fetch(`${server.url}/client.tgz`)
  expect(packed.headers.get('content-type')).toBe('application/gzip')
  const files = await new Bun.Archive(await packed.arrayBuffer()).files()
  expect([...files.keys()].toSorted()).toEqual(
    ['LICENSE', 'README.md', 'api.d.ts', 'api.js', 'package.json', 'surface.d.ts'].map(
      (name) => `package/${name}`,
    ),
  )
  const { version, peerDependencies } = JSON.parse((await files.get('package/package.json')?.text()) ?? '{}')
  expect(version).toBe((await Bun.file(join(ROOT, 'package.json')).json()).version)
  expect(Object.keys(peerDependencies)).toEqual(['@trpc/client', '@trpc/server'])
  for (const name of ['api.js', 'api.d.ts', 'surface.d.ts']) {
    const imports = (await files.get(`package/${name}`)?.text())?.matchAll(/\bfrom ["']([^"']+)["']/g) ?? []
    for (const [, from = ''] of imports)
      expect(['@trpc/client', '@trpc/server', 'eventsource', './surface.js']).toContain(from)
  }
})

describe.skipIf(refusal !== undefined)('installed', () => {
  test('by npm beside a tRPC and TanStack Query of its own, for Node, esbuild and vite', async () => {
    const { path, run } = await projectOf('npm', {
      '@tanstack/react-query': '5.108.0',
      '@trpc/client': '11.22.1',
      '@trpc/server': '11.22.1',
      '@trpc/tanstack-react-query': '11.22.1',
      '@types/react': '19.3.0',
      esbuild: '0.28.2',
      react: '19.3.1',
      vite: '8.3.8',
    })
    await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline')
    expect(JSON.parse(await run('node', 'calls.js', server.url))).toEqual(ANSWERS)

    await Bun.write(join(path, 'typed.ts'), TYPED)
    const typing = await run('sh', '-c', `"$0" "$1" ${STRICTLY} typed.ts || true`, process.execPath, TSC)
    // tRPC's own declarations need those of `ws`, and do not fit them.
    expect(typing.split('\n').filter((line) => /^(?:typed|node_modules\/adstock-client)/.test(line))).toEqual(
      [],
    )

    const esbuild = ['--bundle', '--platform=node', '--format=esm', '--outfile=bundled.js']
    await run('node_modules/.bin/esbuild', 'calls.js', ...esbuild)
    expect(JSON.parse(await run('node', 'bundled.js', server.url))).toEqual(ANSWERS)

    await Bun.write(join(path, 'index.html'), '<script type="module" src="/page.js"></script>')
    await Bun.write(
      join(path, 'page.js'),
      "import { createClient } from 'adstock-client'\nconst client = createClient(location.href)\nawait client.products.list.query({})\n",
    )
    await run('node_modules/.bin/vite', 'build', '--logLevel', 'warn')
    const [script = ''] = await Array.fromAsync(new Bun.Glob('dist/assets/*.js').scan(path))
    const text = await Bun.file(join(path, script)).text()
    expect(text).toContain('/trpc')
    expect(text).not.toMatch(/drizzle|elysia|valibot/)
  })

  test('by pnpm, with nothing else', async () => {
    const { run } = await projectOf('pnpm', {})
    await run('npx', '--yes', '--prefer-offline', 'pnpm@10.34.8', 'install', '--prefer-offline')
    expect(JSON.parse(await run('node', 'calls.js', server.url))).toEqual(ANSWERS)
  })

  test('by Bun, with nothing else', async () => {
    const { run } = await projectOf('bun', {})
    await run(process.execPath, 'install')
    expect(JSON.parse(await run(process.execPath, 'calls.js', server.url))).toEqual(ANSWERS)
  })

  test.skipIf(Bun.which('deno') === null)('and run by Deno', async () => {
    const { run } = await projectOf('deno', {})
    await run('deno', 'install')
    expect(JSON.parse(await run('deno', 'run', '-A', 'calls.js', server.url))).toEqual(ANSWERS)
  })
})
