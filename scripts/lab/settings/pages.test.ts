/** Every setting is told wherever settings are given, and nothing else is. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { ConfigError, readConfig } from '#server/config.ts'
import { SECRETS } from '#server/settings.ts'
import { envExample, settingNames, settingsPage } from './pages.ts'

const ROOT = join(import.meta.dir, '../../..')
const textOf = async (file: string) => await Bun.file(join(ROOT, file)).text()

test('the page and the example are those of the settings that are read', async () => {
  const written = 'bun scripts/lab/settings/main.ts writes it'
  expect(await textOf('server/SETTINGS.md'), written).toBe(settingsPage())
  expect(await textOf('.env.example'), written).toBe(envExample())
})

test('every setting has a description, and the defaults of the example are those without any', () => {
  const lines = envExample().matchAll(/^#([A-Z_]+)=(.*)$/gm)
  const given = Object.fromEntries(
    [...lines].map(([, name = '', value = '']) => [name, value.replaceAll("'", '')]),
  )
  // What was given, and what holds without it, is told apart.
  const { inForce: _, ...made } = readConfig({ ...given, ADS_SOURCE: 'demo' })
  expect(readConfig({})).toMatchObject(made)
  expect(settingsPage()).not.toMatch(/\|\s+\|\s*$/m)
})

/** The image's own, or the other side of a port that is published. */
const NOT_PASSED = ['HOST', 'PORT', 'ADS_DIR']

test('compose passes every setting, to one server and to replicas', async () => {
  const compose = Bun.YAML.parse(await textOf('compose.yaml')) as {
    services: Record<string, { environment: Record<string, string | null> }>
  }
  const wanted = settingNames.filter((name) => !NOT_PASSED.includes(name)).toSorted()
  const { adstock, ...others } = compose.services
  expect(Object.keys(adstock?.environment ?? {}).toSorted()).toEqual(wanted)
  const replicas = Object.entries(others).filter(([name]) => name.startsWith('replica'))
  expect(replicas).toHaveLength(3)
  for (const [, { environment }] of replicas) expect(Object.keys(environment).toSorted()).toEqual(wanted)
  // Set outside it arrives inside, and what is not set is not there at all: the image's own holds.
  for (const [name, value] of Object.entries(adstock?.environment ?? {}))
    expect({ name, value }).toEqual({ name, value: null })
})

test('a secret may be in a file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'secret')
  await Bun.write(path, 'correct-horse-battery-staple\n')
  const { auth } = readConfig({ AUTH: 'keys', ADMIN_KEY_FILE: path })
  expect(auth).toMatchObject({ adminKey: 'correct-horse-battery-staple' })
  const google = { GOOGLE_ADS_CLIENT_ID: 'a', GOOGLE_ADS_CUSTOMER_ID: '1234567890' }
  const { ads } = readConfig({
    ...google,
    GOOGLE_ADS_CLIENT_SECRET_FILE: path,
    GOOGLE_ADS_REFRESH_TOKEN_FILE: path,
  })
  expect(ads).toMatchObject({ source: 'google', google: { refreshToken: 'correct-horse-battery-staple' } })
})

test.each(SECRETS)('%s in a file that is not there, or given twice, is a mistake', (name) => {
  const mistakes = (env: Record<string, string>) => {
    try {
      readConfig(env)
    } catch (error) {
      if (error instanceof ConfigError) return error.message
    }
    return ''
  }
  expect(mistakes({ [`${name}_FILE`]: '/nowhere/secret' })).toContain(`${name}_FILE: cannot be read: ENOENT`)
  const twice = mistakes({ [`${name}_FILE`]: '/nowhere/secret', [name]: 'correct-horse-battery-staple' })
  expect(twice).toContain(`${name}_FILE: ${name} is set as well`)
  expect(twice).not.toContain('battery')
})
