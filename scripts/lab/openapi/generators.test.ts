/** Clients that generators of others make of /openapi.json: they compile strictly, and call a real server. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { workshop, type Workshop } from '#scripts/lab/harness/workshop.ts'

setDefaultTimeout(240_000)

const refusal = await registryRefusal()
if (refusal !== undefined) console.warn(`No client is generated: npm's registry does not answer.\n${refusal}`)

interface Generator {
  name: string
  packages: readonly string[]
  command: readonly string[]
  /** Compiler options that the code around it does not keep. */
  without?: Readonly<Record<string, boolean>>
  /** A change of a version that is gone, by the generated client. Prints status, code and the version now. */
  program: string
}

const PRINT = 'console.log(JSON.stringify([created, status, code, version]))'

const GENERATORS: readonly Generator[] = [
  {
    name: 'openapi-typescript',
    packages: ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0'],
    command: ['openapi-typescript', 'openapi.json', '--output', 'schema.ts'],
    program: `
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.ts'
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' })
const made = await client.POST('/v1/products', { body: { name: 'Belt', price: '9.90' } })
const product: components['schemas']['Product'] | undefined = made.data
const created = product?.price
const answer = await client.PATCH('/v1/products/{id}', {
  params: { path: { id: product?.id ?? 0 }, header: { 'If-Match': '"7"' } },
  body: { price: '8.00' },
})
const { status } = answer.response
const problem = answer.error
const code = problem?.code
const version = problem?.code === 'VERSION_MISMATCH' ? problem.current?.version : undefined
// @ts-expect-error -- an id is a number
void (() => client.GET('/v1/products/{id}', { params: { path: { id: 'x' } } }))
${PRINT}`,
  },
  {
    name: '@hey-api/openapi-ts',
    packages: ['@hey-api/openapi-ts@0.99.0'],
    without: { exactOptionalPropertyTypes: false },
    command: ['openapi-ts', '--input', 'openapi.json', '--output', 'hey', '--silent'],
    program: `
import { client } from './hey/client.gen'
import { productsCreate, productsUpdate } from './hey/sdk.gen'
import type { Product } from './hey/types.gen'
client.setConfig({ baseUrl: process.argv[2] ?? '' })
const made = await productsCreate({ body: { name: 'Belt', price: '9.90' } })
const product: Product | undefined = made.data
const created = product?.price
const answer = await productsUpdate({
  path: { id: product?.id ?? 0 },
  headers: { 'If-Match': '"7"' },
  body: { price: '8.00' },
})
const status = answer.response?.status
const problem = answer.error
const code = problem?.code
const version = problem?.code === 'VERSION_MISMATCH' ? problem.current?.version : undefined
${PRINT}`,
  },
  {
    name: 'orval',
    packages: ['orval@8.38.0'],
    command: ['orval', '--input', 'openapi.json', '--output', 'orval.ts', '--client', 'fetch'],
    program: `
import { productsCreate, productsUpdate, type Product } from './orval.ts'
const base = process.argv[2] ?? ''
const own = globalThis.fetch
globalThis.fetch = Object.assign((input: string | URL | Request, init?: RequestInit) => own(base + String(input), init), own)
const made = await productsCreate({ name: 'Belt', price: '9.90' })
const product: Product | undefined = made.status === 201 ? made.data : undefined
const created = product?.price
const answer = await productsUpdate(product?.id ?? 0, { price: '8.00' }, { headers: { 'If-Match': '"7"' } })
const { status } = answer
const problem = answer.status === 412 ? answer.data : undefined
const code = problem?.code
const version = problem?.current?.version
${PRINT}`,
  },
]

const STRICT = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'esnext',
  module: 'esnext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  lib: ['esnext', 'dom', 'dom.iterable'],
  types: ['node'],
}

describe.skipIf(refusal !== undefined)('a client by', () => {
  let shop: Workshop
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    const packages = GENERATORS.flatMap((generator) => generator.packages)
    shop = await workshop([...packages, 'typescript@5.9.3', '@types/node@22'])
    await Bun.write(join(shop.path, 'openapi.json'), await fetch(`${server.url}/openapi.json`))
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test.each(GENERATORS)('$name', async ({ command, program, name, without }) => {
    await shop.run(...command)
    const file = `use-${name.replaceAll(/\W/g, '')}.ts`
    await Bun.write(join(shop.path, file), `${program}\nexport {}\n`)
    await Bun.write(
      join(shop.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...STRICT, ...without }, files: [file] }),
    )
    await shop.run('tsc', '-p', '.')
    const printed = await shop.run(process.execPath, file, server.url)
    expect(JSON.parse(printed)).toEqual(['9.90', 412, 'VERSION_MISMATCH', 1])
  })
})
