/** /openapi.json as the linters of others see it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

setDefaultTimeout(240_000)

const refusal = await registryRefusal()
if (refusal !== undefined)
  console.warn(`The API document is not linted: npm's registry does not answer.\n${refusal}`)

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  await using server = await startTestServer()
  await Bun.write(join(folder.path, 'openapi.json'), await fetch(`${server.url}/openapi.json`))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe.skipIf(refusal !== undefined)('no finding of', () => {
  test.each([
    ['@redocly/cli@2.7.0', ['lint', 'openapi.json', '--config', join(import.meta.dir, 'redocly.yaml')]],
    [
      '@stoplight/spectral-cli@6.16.0',
      ['lint', 'openapi.json', '--fail-severity=hint', '--ruleset', join(import.meta.dir, 'spectral.yaml')],
    ],
  ])('%s', async (program, parameters) => {
    const linter = Bun.spawn(['npx', '--yes', '--prefer-offline', program, ...parameters], {
      cwd: folder.path,
      env: { ...Bun.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const said = await Promise.all(
      [linter.stdout, linter.stderr].map((stream) => new Response(stream).text()),
    )
    const code = await linter.exited
    expect({ code, said: code === 0 ? '' : said.join('') }).toEqual({ code: 0, said: '' })
    expect(said.join('')).not.toMatch(/\bwarnings?\b(?!.*\b0 warnings)/)
  })
})
