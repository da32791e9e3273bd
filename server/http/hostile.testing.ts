/** Requests that no honest client sends, as the bytes on the wire. */
import * as fc from 'fast-check'

const INJECTIONS = [
  "' or 1=1 --",
  '"; drop table products; --',
  '1); select pg_sleep(10) --',
  "=cmd|' /C calc'!A0",
  '@SUM(1+1)*cmd',
  '${7*7}{{7*7}}',
  '<script>alert(1)</script>',
  '\r\nSet-Cookie: forged=1',
  '\n{"level":60,"msg":"forged"}',
  '\u0000',
  '\u202e\ufeff',
  '\u001b[2J',
  '%00',
  '%0d%0aX-Forged: 1',
  '%c0%ae%c0%ae%c0%af',
  '%ff%fe',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '9'.repeat(400),
  '-0',
  '1e999',
  'NaN',
  '../'.repeat(20),
] as const

const PATHS = [
  '/',
  '/v1/products',
  '/v1/products/1',
  '/v1/products/search',
  '/v1/products/batch',
  '/v1/products/import',
  '/v1/products.csv',
  '/v1/products/1/stock-adjustments',
  '/v1/changes',
  '/v1/ads/days',
  '/v1/ads/report',
  '/v1/ads/runs/1',
  '/trpc/products.get',
  '/trpc/products.list,products.search',
  '/trpc/__proto__.toString',
  '/trpc/constructor',
  '/trpc/products.__proto__',
  '/docs/../../package.json',
  '/docs/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%5c..%5cserver%5cmain.ts',
  '//etc/passwd',
  '/./data/adstock.db',
  '/node_modules/elysia/package.json',
  '/.git/config',
  '/metrics',
  '/readyz',
] as const

const NAMES = [
  'q',
  'cursor',
  'limit',
  'sort',
  'min_price',
  'input',
  'batch',
  '__proto__[a]',
  'from',
  'to',
] as const

const injection = fc.constantFrom(...INJECTIONS)
const text = fc.oneof(
  { weight: 3, arbitrary: injection },
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.tuple(injection, injection).map((two) => two.join('')),
)
const pair = fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), text)

const target = fc
  .tuple(
    fc.constantFrom(...PATHS),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, text),
    fc.array(pair, { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([path, tail, pairs, encoded]) => {
    const write = encoded ? encodeURIComponent : (raw: string) => raw.replaceAll(/[ \r\n]/g, '+')
    const query = pairs.map(([name, value]) => `${write(name)}=${write(value)}`).join('&')
    return `${path}${tail === '' ? '' : `/${write(tail)}`}${query === '' ? '' : `?${query}`}`
  })

const json = fc.oneof(
  fc.json(),
  fc.constant('{"__proto__":{"admin":true},"name":"x","price":"1"}'),
  fc.constant('{"constructor":{"prototype":{"admin":true}},"name":"x","price":"1"}'),
  fc.constant('['.repeat(5_000)),
  fc.constant(`{"a":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_001)}`),
  fc.constant('{"name":"x","name":"y","price":"1","price":2}'),
  fc.constant('\u{feff}{"name":"x","price":"1"}'),
  text.map((name) => JSON.stringify({ name, price: name })),
  text.map((name) => JSON.stringify({ name, price: '1', sku: name })),
  text.map((cell) => `id,sku,name,price,stock_level\n1,"${cell}",${cell},${cell},${cell}\n`),
  text,
)

/** A body, and how its length is told: truly or not. */
const framed = fc
  .tuple(json, fc.constantFrom('none', 'true', 'short', 'long', 'twice', 'both', 'chunks', 'broken'))
  .map(([body, framing]): [headers: string, body: string] => {
    const bytes = Buffer.byteLength(body)
    const chunk = `${bytes.toString(16)}\r\n${body}\r\n`
    switch (framing) {
      case 'none':
        return ['', '']
      case 'short':
        return [`content-length: ${Math.floor(bytes / 2)}\r\n`, body]
      case 'long':
        return [`content-length: ${bytes + 10}\r\n`, body]
      case 'twice':
        return [`content-length: ${bytes}\r\ncontent-length: 1\r\n`, body]
      case 'both':
        return [`content-length: ${bytes}\r\ntransfer-encoding: chunked\r\n`, `${chunk}0\r\n\r\n`]
      case 'chunks':
        return ['transfer-encoding: chunked\r\n', `${chunk}0\r\n\r\n`]
      case 'broken':
        return ['transfer-encoding: chunked\r\n', `${(bytes + 7).toString(16)};x=\u0001\r\n${body}\r\nzz\r\n`]
      default:
        return [`content-length: ${bytes}\r\n`, body]
    }
  })

const headerValue = fc.oneof(
  text,
  fc.constantFrom('a'.repeat(3_000), '"', '\t', 'null', '*', 'gzip', '"1", W/"1"'),
)
const header = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(
        'x-request-id',
        'if-match',
        'if-none-match',
        'idempotency-key',
        'authorization',
        'cookie',
        'x-forwarded-for',
        'content-encoding',
        'content-type',
        'accept',
        'cache-control',
        'last-event-id',
        'origin',
        'range',
        'upgrade',
        'expect',
        'host',
      ),
      text,
    ),
    headerValue,
  )
  .map(([name, value]) => `${name}: ${value}\r\n`)

const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS') },
  fc.constantFrom('PUT', 'TRACE', 'CONNECT', 'get', 'PROPFIND', 'G\u0000T', ''),
)
const version = fc.oneof(
  { weight: 12, arbitrary: fc.constant('HTTP/1.1') },
  fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'ICY', ''),
)
const contentType = fc.constantFrom('application/json', 'text/csv', 'text/plain', 'multipart/form-data', '')

const request = fc
  .tuple(method, target, version, fc.array(header, { maxLength: 5 }), contentType, framed)
  .map(([verb, where, protocol, headers, type, [length, body]]) => {
    const typed = type === '' ? '' : `content-type: ${type}\r\n`
    return `${verb} ${where} ${protocol}\r\nhost: localhost\r\n${headers.join('')}${typed}${length}\r\n${body}`
  })

const noise = fc.oneof(
  fc.constant('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  fc.constant('\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'),
  fc.constant(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
  fc.constant(`GET / HTTP/1.1\r\nhost: localhost\r\n${'x-a: b\r\n'.repeat(5_000)}\r\n`),
  fc.constant(`GET / HTTP/1.1\r\nhost: localhost\r\ncookie: ${'c'.repeat(100_000)}\r\n\r\n`),
  fc.string({ unit: 'binary', maxLength: 300 }),
  text,
)

const hostile = fc.oneof({ weight: 15, arbitrary: request }, noise)

/** The same for the same seed. */
export function hostileRequests(seed: number, count: number): Buffer[] {
  // Characters up to U+00FF as single bytes: so there is text that is not UTF-8, too.
  return fc
    .sample(hostile, { seed, numRuns: count })
    .map((text_, index) => Buffer.from(text_, index % 3 === 0 ? 'latin1' : 'utf8'))
}
