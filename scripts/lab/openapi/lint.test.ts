/** /openapi.json as the linters of others see it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { workshop, type Workshop } from '#scripts/lab/harness/workshop.ts'

setDefaultTimeout(240_000)

const refusal = await registryRefusal()
if (refusal !== undefined)
  console.warn(`The API document is not linted: npm's registry does not answer.\n${refusal}`)

describe.skipIf(refusal !== undefined)('no finding of', () => {
  let shop: Workshop
  beforeAll(async () => {
    shop = await workshop([
      '@redocly/cli@2.7.0',
      '@stoplight/spectral-cli@6.16.0',
      '@stoplight/spectral-owasp-ruleset@2.0.1',
    ])
    await using server = await startTestServer()
    await Bun.write(join(shop.path, 'openapi.json'), await fetch(`${server.url}/openapi.json`))
    for (const rules of ['redocly.yaml', 'spectral.yaml', 'spectral-owasp.yaml'])
      await copyFile(join(import.meta.dir, rules), join(shop.path, rules))
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test.each([
    'redocly lint openapi.json --config redocly.yaml',
    'spectral lint openapi.json --fail-severity=hint --ruleset spectral.yaml',
    'spectral lint openapi.json --fail-severity=hint --ruleset spectral-owasp.yaml',
  ])('%s', async (command) => {
    expect(await shop.run(...command.split(' '))).not.toMatch(/\bwarnings?\b(?!.*\b0 warnings)/)
  })
})
