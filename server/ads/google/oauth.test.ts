import { afterAll, expect, test } from 'bun:test'
import { toFailure } from '#server/ads/errors.ts'
import { createTokenBroker } from './oauth.ts'

let answer: (form: URLSearchParams) => Response = () => new Response()
let asked = 0
const server = Bun.serve({
  port: 0,
  async fetch(request) {
    asked++
    return answer(new URLSearchParams(await request.text()))
  },
})
afterAll(async () => await server.stop(true))

const clock = { at: 0, now: () => clock.at }

function open() {
  asked = 0
  clock.at = 1_000_000
  const credentials = {
    kind: 'refresh-token',
    clientId: 'id',
    clientSecret: 'hush',
    refreshToken: 'r',
    endpoint: server.url.href,
  } as const
  return createTokenBroker(credentials, clock, 20_000)
}

function serveTokens(): void {
  let n = 0
  answer = () => Response.json({ access_token: `ya29.${++n}`, expires_in: 3599, token_type: 'Bearer' })
}

test('one refresh serves everybody who asks meanwhile', async () => {
  serveTokens()
  const broker = open()
  expect(await Promise.all([broker.token(), broker.token(), broker.token()])).toEqual([
    'ya29.1',
    'ya29.1',
    'ya29.1',
  ])
  expect(asked).toBe(1)
})

test('a token is renewed five minutes before it ends', async () => {
  serveTokens()
  const broker = open()
  await broker.token()
  clock.at += 3_298_000
  expect(await broker.token()).toBe('ya29.1')
  clock.at += 2_000
  expect(await broker.token()).toBe('ya29.2')
})

test('whoever saw a token refused gets another one, refreshed once', async () => {
  serveTokens()
  const broker = open()
  const old = await broker.token()
  expect(await Promise.all([broker.token(old), broker.token(old)])).toEqual(['ya29.2', 'ya29.2'])
  expect(await broker.token(old)).toBe('ya29.2')
  expect(asked).toBe(2)
})

test('a refused grant is final, is not asked for again, and says what to look for', async () => {
  answer = () =>
    Response.json({ error: 'invalid_grant', error_description: 'Token revoked.' }, { status: 400 })
  const broker = open()
  const failure = await broker.token().catch(toFailure)
  expect(failure).toMatchObject({ code: 'OAUTH_FAILED', detail: expect.stringContaining('7 days') })
  expect(JSON.stringify(failure)).not.toContain('hush')
  expect(await broker.token().catch(toFailure)).toMatchObject({ code: 'OAUTH_FAILED' })
  expect(asked).toBe(1)
})

test.each([
  ['invalid_grant', 'invalid_rapt', 'the administrator trust this app'],
  ['unauthorized_client', undefined, 'another OAuth client than GOOGLE_ADS_CLIENT_ID'],
  ['invalid_client', undefined, 'Copy GOOGLE_ADS_CLIENT_ID and GOOGLE_ADS_CLIENT_SECRET anew'],
  ['disabled_client', undefined, 'was disabled'],
  ['something_new', undefined, 'Check the GOOGLE_ADS_… variables'],
])('%s %s: says what it means', async (name, subtype, says) => {
  answer = () =>
    Response.json(
      {
        error: name,
        ...(subtype && {
          error_subtype: subtype,
          error_description: `reauth related error (${subtype})`,
          error_uri: 'https://support.google.com/a/answer/9368756',
        }),
      },
      { status: 400 },
    )
  const failure = await open().token().catch(toFailure)
  expect(failure).toMatchObject({ detail: expect.stringContaining(says) })
  expect(JSON.stringify(failure)).not.toContain('7 days')
})

test('what passes by itself is asked for again', async () => {
  const broker = open()
  answer = () => new Response('<html>', { status: 503 })
  expect(await broker.token().catch(toFailure)).toMatchObject({ code: 'SERVER_ERROR' })
  answer = () => Response.json({ error: 'slow' }, { status: 429 })
  expect(await broker.token().catch(toFailure)).toMatchObject({
    code: 'RATE_LIMITED',
    rateScope: 'developer',
  })
  serveTokens()
  expect(await broker.token()).toBe('ya29.1')
})
