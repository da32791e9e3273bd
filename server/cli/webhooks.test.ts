/** The command line beside a server that runs: what it makes is used at once. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { isVerifiedBy, startReceiver } from '#server/webhooks/receiver.testing.ts'

const PROGRAM = join(import.meta.dir, 'webhooks.ts')
const ALLOWED = { WEBHOOKS_ALLOW_PRIVATE: 'true' }

function spawn(env: Record<string, string>, args: readonly string[]) {
  return Bun.spawn([process.execPath, PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function webhooks(env: Record<string, string>, ...args: string[]) {
  const command = spawn(env, args)
  const [stdout, stderr] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
  ])
  return { code: await command.exited, stdout: stdout.trim(), stderr: stderr.trim() }
}

test('a webhook is made, listed, rotated, sent to again and deleted', async () => {
  await using folder = await temporaryFolder()
  const env = { ...ALLOWED, DATABASE_URL: `file:${join(folder.path, 'adstock.db')}`, ADS_SOURCE: NO_ADS }
  await using server = await startTestServer(env)
  using receiver = startReceiver()
  const made = await webhooks(env, 'create', '--url', receiver.url, '--event', 'product.changed')
  expect(made.stdout).toMatch(/^whsec_\S+$/)
  expect(made.stderr).toBe(`Webhook 1 sends product.changed to ${receiver.url}.`)
  await server.rest('POST /products', { body: { name: 'Belt', price: '1.00', stock_level: 1 } })
  const [first] = await receiver.atLeast(1)
  expect(first && isVerifiedBy(first, made.stdout)).toBe(true)

  const rotated = await webhooks(env, 'rotate', '1', '--overlap-hours', '0')
  const [{ id }] = (await server.rest('GET /webhooks/1/deliveries')).body.items
  const again = () => webhooks(env, 'resend', '1', '--delivery', String(id))
  let resent = await again()
  while (resent.code !== 0) resent = await again()
  const [, second] = await receiver.atLeast(2)
  expect([made, rotated].map(({ stdout }) => second && isVerifiedBy(second, stdout))).toEqual([false, true])
  expect(second?.id).toBe(first?.id ?? '')

  const listed = JSON.parse((await webhooks(env, 'list', '--json')).stdout)
  expect(listed).toMatchObject([{ id: 1, url: receiver.url, events: ['product.changed'], parked: 0 }])
  expect(JSON.stringify(listed)).not.toContain('whsec_')
  expect(await webhooks(env, 'delete', '1')).toMatchObject({ code: 0 })
  expect(await webhooks(env, 'delete', '1')).toMatchObject({ code: 1, stderr: 'No webhook has the id 1.' })
}, 60_000)

test('what cannot be is refused with what would do', async () => {
  await using folder = await temporaryFolder()
  const env = { DATABASE_URL: `file:${join(folder.path, 'adstock.db')}` }
  const create = (url: string, event: string, more: Record<string, string> = {}) =>
    webhooks({ ...env, ...more }, 'create', '--url', url, '--event', event)
  expect(await create('https://10.0.0.1/', 'product.changed')).toMatchObject({
    code: 1,
    stderr: 'The URL must not be in a private network, unless WEBHOOKS_ALLOW_PRIVATE=true.',
  })
  const mistyped = await create('https://shop.example/', 'product.chnaged')
  expect(mistyped).toMatchObject({ code: 2, stderr: expect.stringContaining('must be of product.changed') })
  expect((await webhooks(env, 'rotate', 'one')).code).toBe(2)
  expect((await webhooks(env, 'list')).stdout).toContain('There is no webhook yet')
}, 60_000)

test('listen prints what arrives, and whether it is signed', async () => {
  await using folder = await temporaryFolder()
  const env = { ...ALLOWED, DATABASE_URL: `file:${join(folder.path, 'adstock.db')}`, ADS_SOURCE: NO_ADS }
  await using server = await startTestServer(env)
  const { body } = await server.rest('POST /webhooks', {
    body: { url: 'http://127.0.0.1:1/', events: ['product.changed'] },
  })
  const listener = spawn(env, ['listen', '--port', '0', '--secret', body.secret])
  const stderr = listener.stderr.pipeThrough(new TextDecoderStream()).getReader()
  const url = /http:\S+/.exec((await stderr.read()).value ?? '')?.[0]
  await server.rest('PATCH /webhooks/1', { body: { url } })
  await server.rest('POST /products', { body: { name: 'Belt', price: '1.00', stock_level: 1 } })
  const stdout = listener.stdout.pipeThrough(new TextDecoderStream()).getReader()
  expect((await stdout.read()).value).toMatch(/^evt_\S+ {2}signed {2}\{"type":"product.changed"/)
  listener.kill('SIGTERM')
  expect(await listener.exited).toBe(0)
}, 60_000)
