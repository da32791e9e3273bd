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

const WHOLE_SET = {
  GOOGLE_ADS_CLIENT_ID: 'a',
  GOOGLE_ADS_CLIENT_SECRET: 'b',
  GOOGLE_ADS_REFRESH_TOKEN: 'c',
  GOOGLE_ADS_JSON_KEY_FILE_PATH: './key.json',
  GOOGLE_ADS_IMPERSONATED_EMAIL: 'ads@example.com',
  GOOGLE_ADS_CUSTOMER_ID: '1234567890',
  GOOGLE_ADS_LOGIN_CUSTOMER_ID: '9000000000',
  GOOGLE_ADS_DEVELOPER_TOKEN: 'd',
  GOOGLE_ADS_API_VERSION: 'v26',
  GOOGLE_ADS_ENDPOINT: 'http://127.0.0.1:1',
} as const

test('of all subsets of the variables of Google, the empty one is the demo and no incomplete one is taken', () => {
  const names = Object.keys(WHOLE_SET) as (keyof typeof WHOLE_SET)[]
  for (let subset = 0; subset < 2 ** names.length; subset++) {
    const given = names.filter((_, index) => subset & (1 << index))
    const has = (name: keyof typeof WHOLE_SET) => given.includes(name)
    const env = Object.fromEntries(given.map((name) => [name, WHOLE_SET[name]]))
    const byToken = ['GOOGLE_ADS_CLIENT_ID', 'GOOGLE_ADS_CLIENT_SECRET', 'GOOGLE_ADS_REFRESH_TOKEN'] as const
    const byKey = has('GOOGLE_ADS_JSON_KEY_FILE_PATH')
    const isTwice = byKey && has('GOOGLE_ADS_REFRESH_TOKEN')
    const missing = [
      ...(byKey ? [] : byToken.filter((name) => !has(name))),
      ...(has('GOOGLE_ADS_IMPERSONATED_EMAIL') && !byKey ? ['GOOGLE_ADS_JSON_KEY_FILE_PATH'] : []),
      ...(has('GOOGLE_ADS_CUSTOMER_ID') ? [] : ['GOOGLE_ADS_CUSTOMER_ID']),
    ]
    if (given.length === 0) expect(readConfig(env).ads.source).toBe('demo')
    else if (missing.length === 0 && !isTwice) expect(readConfig(env).ads.source).toBe('google')
    else if (missing.length > 0) expect(mistakesOf(env)).toContain(`  ${missing.join(', ')}: missing.`)
    else expect(mistakesOf(env)).toContain('set one of the two')
  }
})

test.each([
  ['GOOGLE_ADS_CLIENT_SECERT', 'did you mean GOOGLE_ADS_CLIENT_SECRET?'],
  ['google_ads_client_id', 'did you mean GOOGLE_ADS_CLIENT_ID?'],
  ['GOOGLE_AD_REFRESH_TOKEN', 'did you mean GOOGLE_ADS_REFRESH_TOKEN?'],
  ['GOOGLE_ADS_SOMETHING_ELSE', 'there are'],
  ['ADS_REPORT', 'did you mean ADS_REPORTS?'],
])('%s is no setting, and the nearest one is named', (name, says) => {
  expect(mistakesOf({ [name]: 'x' })).toContain(`  ${name}: is not a setting; ${says}`)
})

test('what others read is none of our settings', () => {
  const others = { ADS_TXT_PATH: 'x', GOOGLE_CLOUD_PROJECT: 'x', GOOGLE_APPLICATION_CREDENTIALS: 'x' }
  expect(readConfig(others).ads.source).toBe('demo')
  const { GOOGLE_ADS_JSON_KEY_FILE_PATH: _, GOOGLE_ADS_IMPERSONATED_EMAIL: __, ...byToken } = WHOLE_SET
  expect(readConfig({ ...byToken, GOOGLE_ADS_USE_PROTO_PLUS: 'True' }).ads.source).toBe('google')
  expect(mistakesOf({ GOOGLE_ADS_USE_PROTO_PLUS: 'True' })).toContain('GOOGLE_ADS_CLIENT_ID')
})

test('the lookback is a number of days, or learned', () => {
  expect(readConfig({ ADS_LOOKBACK_DAYS: '60' }).ads).toMatchObject({
    lookbackDays: 60,
    followsLookback: false,
  })
  expect(readConfig({ ADS_LOOKBACK_DAYS: 'auto' }).ads).toMatchObject({
    lookbackDays: 30,
    followsLookback: true,
  })
  expect(mistakesOf({ ADS_LOOKBACK_DAYS: '91' })).toContain('from 0 to 90, or auto')
})

test('CSV is always written, and Parquet after it where it is asked for', () => {
  expect(readConfig({}).ads.formats).toEqual(['csv'])
  expect(readConfig({ ADS_FORMATS: 'parquet, csv' }).ads.formats).toEqual(['csv', 'parquet'])
  for (const formats of ['parquet', 'csv,orc', ','])
    expect(mistakesOf({ ADS_FORMATS: formats })).toContain('ADS_FORMATS: must be csv, or csv,parquet')
})

test('a source that was chosen needs nothing of Google, and an option wins over a variable', () => {
  expect(readConfig({ ADS_SOURCE: 'demo', GOOGLE_ADS_CUSTOMER_ID: '1234567890' }).ads.source).toBe('demo')
  expect(readConfig({ GOOGLE_ADS_CLIENT_ID: 'a' }, { source: './mine.ts' }).ads.source).toBe('./mine.ts')
  expect(mistakesOf({ ADS_SOURCE: 'google' })).toContain('GOOGLE_ADS_CUSTOMER_ID: missing')
  const { GOOGLE_ADS_CUSTOMER_ID: _, GOOGLE_ADS_REFRESH_TOKEN: __, ...byKey } = WHOLE_SET
  expect(readConfig(byKey, { customerIds: ['2223334444'] }).ads.google.customerIds).toEqual(['2223334444'])
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
