import { describe, expect, test } from 'bun:test'
import { ConfigError, readConfig } from './config.ts'

function mistakesOf(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

test('without any variable, all is embedded: SQLite, the demo source, loopback', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    databaseUrl: 'file:./data/adstock.db',
    currency: { code: 'USD', decimals: 2 },
    limits: {
      read: { requests: 600, windowMs: 10_000 },
      search: { requests: 120 },
      write: { requests: 120 },
    },
    ads: {
      source: 'demo',
      reports: ['campaign', 'product'],
      lookbackDays: 30,
      google: { apiVersion: 'v25' },
    },
  })
})

test('an empty variable is one that is not set', () => {
  expect(readConfig({ PORT: '', CURRENCY: '' })).toMatchObject({ port: 3000, currency: { code: 'USD' } })
})

test('credentials make Google the source, and customer ids lose their dashes', () => {
  const { ads } = readConfig({
    GOOGLE_ADS_CLIENT_ID: 'a',
    GOOGLE_ADS_CLIENT_SECRET: 'b',
    GOOGLE_ADS_REFRESH_TOKEN: 'c',
    GOOGLE_ADS_CUSTOMER_ID: '123-456-7890, 2223334444',
  })
  expect(ads.source).toBe('google')
  expect(ads.google.customerIds).toEqual(['1234567890', '2223334444'])
})

test.each([
  [{}, 'open'],
  [{ HOST: '::1' }, 'open'],
  [{ AUTH: 'keys' }, 'keys'],
  [{ HOST: '0.0.0.0' }, 'keys'],
  [{ HOST: '0.0.0.0', ALLOW_OPEN: 'true' }, 'keys'],
  [{ HOST: '0.0.0.0', ALLOW_OPEN: 'true', AUTH: 'open' }, 'open'],
])('%p: callers need keys, unless only this machine can call or it is meant otherwise', (env, mode) => {
  expect(readConfig(env as Record<string, string>).auth.mode).toBe(mode as 'open' | 'keys')
})

describe('mistakes', () => {
  test('all of them are named at once', () => {
    const message = mistakesOf({
      PORT: '70000',
      CURRENCY: 'XQQ',
      RATE_LIMIT_READ: 'many',
      ADS_REPORTS: 'campaign,keywords',
    })
    for (const name of ['PORT', 'CURRENCY', 'RATE_LIMIT_READ', 'ADS_REPORTS']) expect(message).toContain(name)
  })

  test.each([
    [{ HOST: '0.0.0.0', AUTH: 'open' }, 'ALLOW_OPEN'],
    [{ AUTH: 'closed' }, 'AUTH'],
    [{ AUTH: 'keys', ADMIN_KEY: 'short' }, 'ADMIN_KEY: must have at least 16 characters'],
    [{ ADMIN_KEY: 'long enough, but with spaces' }, 'ADMIN_KEY'],
    [{ PUBLIC_READS: 'yes' }, 'PUBLIC_READS'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [{ GOOGLE_ADS_CUSTOMER_ID: '12' }, 'ten digits'],
    [{ ADS_CRON_TIMEZONE: 'Mars/Olympus' }, 'IANA'],
    [{ GOOGLE_ADS_ENDPOINT: 'ftp://x' }, 'GOOGLE_ADS_ENDPOINT'],
  ])('%p', (env, word) => {
    expect(mistakesOf(env as Record<string, string>)).toContain(word)
  })

  test('a secret never stands in the message', () => {
    const message = mistakesOf({
      PORT: 'x',
      GOOGLE_ADS_CLIENT_SECRET: 'hush-hush',
      GOOGLE_ADS_REFRESH_TOKEN: '1//secret',
      ADMIN_KEY: 'my secret',
    })
    expect(message).toContain('ADMIN_KEY')
    expect(message).not.toMatch(/hush|secret/)
  })
})
