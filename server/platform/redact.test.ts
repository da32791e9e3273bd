import { expect, test } from 'bun:test'
import { redacted } from './redact.ts'

const secrets = [
  'ak_3fQ9x2Lm_Zk3vQ8sT1yW5uR7pN2mB4xC6dF9gH0jK',
  'feed_3fQ9x2Lm_Zk3vQ8sT1yW5uR7pN2mB4xC6dF9gH0jK',
  'whsec_/Cb0rlo5w9zXm3ZfB3pRlo3MClBVhZa37FQec7+XrUo=',
  'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX',
  'ya29.a0AfH6SMBx-abc_DEF',
  '1//0gLpQ3xYz-abcdefghij_KLM',
  'GOCSPX-abcdefgh12345678',
  'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl',
  '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\\n-----END PRIVATE KEY-----',
]

test.each(secrets)('%s does not pass, and the JSON around it does', (secret) => {
  const line = `{"level":50,"msg":"refused ${secret} just now","n":1}`
  const { msg, n } = JSON.parse(redacted(line)) as { msg: string; n: number }
  expect(msg).not.toContain(secret.slice(-12))
  expect(msg).toStartWith('refused ')
  expect(msg).toEndWith(' just now')
  expect(n).toBe(1)
})

test('what was sent as authority does not pass, whatever its shape', () => {
  expect(redacted('authorization: Bearer some.opaque~token/1==')).toBe('authorization: Bearer [redacted]')
  expect(redacted('www-authenticate: Bearer realm="adstock"')).toContain('realm="adstock"')
})

test('an address keeps its host, not its password', () => {
  expect(redacted('postgres://shop:s3cret%21@db.internal:5432/shop refused')).toBe(
    'postgres://[redacted]@db.internal:5432/shop refused',
  )
  expect(redacted('http://127.0.0.1:3000/v1/products')).toBe('http://127.0.0.1:3000/v1/products')
})

test('what is no secret stays as it is', () => {
  const line = '{"key":"ak_short","path":"/v1/products/1","at":"2026-11-22T20:00:00.000Z"}'
  expect(redacted(line)).toBe(line)
})
