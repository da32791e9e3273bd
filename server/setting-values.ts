/** What the text of an environment variable may be. */
import { Cron } from 'croner'
import * as v from 'valibot'
import type { Rate } from './platform/gcra.ts'

export const wholeNumber = (min: number, max: number, fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.check((text) => /^\d{1,9}$/.test(text), `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.check((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`),
  )

export const list = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  )

/** As OpenTelemetry writes them: `name=value,name=value`, percent-encoded. */
export const pairs = v.pipe(
  list(''),
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^[\w-]+=(?:[^\s,%]|%[0-7][\da-f])*$/i, 'must be name=value, separated by commas'),
    ),
  ),
  v.transform((texts) => {
    const split = texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])
    return Object.fromEntries(split.map(([name = '', value = '']) => [name, decodeURIComponent(value)]))
  }),
)

export const rateLimit = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.regex(/^[1-9]\d{0,6}\/[1-9]\d{0,4}s$/, 'must look like 600/10s: requests per seconds'),
    v.transform((text): Rate => {
      const [requests, window] = text.slice(0, -1).split('/')
      return { requests: Number(requests), windowMs: Number(window) * 1000 }
    }),
  )

export const customerId = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('-', '')),
  v.regex(/^\d{10}$/, 'a customer id has ten digits, with or without dashes'),
)

export const url = (protocols: readonly string[]) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL with ${protocols.join(' or ')}`,
    ),
  )

export const zone = v.pipe(
  v.string(),
  v.check((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
    } catch {
      return false
    }
  }, 'must be an IANA time zone such as Europe/Berlin'),
)

export const flag = v.pipe(
  v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'false'),
  v.transform((text) => text === 'true'),
)

export const cron = v.pipe(
  v.optional(v.string(), 'off'),
  v.check((text) => {
    try {
      return text === 'off' || !new Cron(text, { paused: true }).isRunning()
    } catch {
      return false
    }
  }, 'must be a cron expression such as 0 3 * * *, or off'),
)
