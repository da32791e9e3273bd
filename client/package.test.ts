/** The typed client as an application outside this repository sees it: `import { createClient } from 'adstock/client'`. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const ROOT = join(import.meta.dir, '..')

const application = `
import { createClient, problemOf } from 'adstock/client'

const client = createClient(process.argv[2] ?? '')
const { items } = await client.products.list.query({ sort: '-price', limit: 1 })
const dearest = items[0]
if (!dearest) throw new Error('no product')
const changed = await client.products.update.mutate({ id: dearest.id, price: '99.00', version: dearest.version })
const price: string = changed.price
const { days } = await client.ads.days.query({ from: '2026-01-01', to: '2026-01-02', report: 'campaign' })
const cost: string | undefined = days[0]?.cost_micros
const refused = await client.products.get.query({ id: 4711 }).catch((error: unknown) => problemOf(error)?.code)

// @ts-expect-error -- an id is a number
client.products.get.query({ id: '1' }).catch(() => undefined)
// @ts-expect-error -- there is no such field
client.products.create.mutate({ name: 'x', price: 1, color: 'red' }).catch(() => undefined)

console.log(JSON.stringify({ price, days: days.length, cost, refused }))
export {}
`

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: TestServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer()
  await mkdir(join(folder.path, 'node_modules'))
  await symlink(ROOT, join(folder.path, 'node_modules/adstock'))
  await Bun.write(join(folder.path, 'package.json'), '{ "type": "module" }')
  await Bun.write(join(folder.path, 'application.ts'), application)
  await Bun.write(join(folder.path, 'process.d.ts'), 'declare const process: { argv: string[] }\n')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function run(command: string[]): Promise<{ output: string; code: number }> {
  const child = Bun.spawn(command, { cwd: folder.path, stdout: 'pipe', stderr: 'inherit' })
  return { output: await new Response(child.stdout).text(), code: await child.exited }
}

describe.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('with module resolution %s', (moduleResolution, module) => {
  test('it type-checks strictly, declarations included, without any type of the server', async () => {
    const options = {
      moduleResolution,
      module,
      target: 'esnext',
      lib: 'esnext,dom',
      types: '',
      skipLibCheck: 'false',
    }
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    const files = ['application.ts', 'process.d.ts']
    const { output, code } = await run([
      'bun',
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--strict',
      '--listFiles',
      ...flags,
      ...files,
    ])
    const ours = output.split('\n').filter((line) => line.startsWith(ROOT) && !line.includes('node_modules'))
    expect(code, output).toBe(0)
    expect(ours.map((path) => path.slice(ROOT.length + 1)).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'client/dist/package/api.d.ts',
      'client/dist/package/surface.d.ts',
    ])
  })
})

test('it calls the server', async () => {
  await server.client.products.create.mutate({ name: 'Belt', price: '9.90' })
  const { output, code } = await run(['bun', 'application.ts', server.url])
  expect(code).toBe(0)
  expect(JSON.parse(output)).toEqual({ price: '99.00', days: 2, cost: '0', refused: 'PRODUCT_NOT_FOUND' })
})
