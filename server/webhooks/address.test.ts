import { describe, expect, test } from 'bun:test'
import { AddressRefused, mistakeIn, resolve } from './address.ts'

const strict = { allowPrivate: false }
const open = { allowPrivate: true }

describe('without WEBHOOKS_ALLOW_PRIVATE', () => {
  test.each([
    [
      'loopback',
      ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0.0.0.0', '[::1]', '[::]', 'localhost', 'a.localhost'],
    ],
    [
      'private networks',
      ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '[fd00::1]', '[fec0::1]'],
    ],
    [
      'link-local, and the metadata of clouds',
      ['169.254.169.254', '[fe80::1]', '[fd00:ec2::254]', '100.100.100.200'],
    ],
    ['networks of providers', ['100.64.0.1', '100.127.255.255']],
    ['multicast and broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', '[ff02::1]']],
    [
      'reserved',
      ['192.0.0.192', '192.0.2.1', '198.18.0.1', '203.0.113.1', '240.0.0.1', '[2001:db8::1]', '[100::1]'],
    ],
    [
      'IPv6 that stands for IPv4',
      [
        '[::ffff:127.0.0.1]',
        '[::ffff:a00:1]',
        '[64:ff9b::7f00:1]',
        '[2002:7f00:1::]',
        '[::7f00:1]',
        '[::10.0.0.1]',
      ],
    ],
    [
      'names of own networks',
      ['printer.local', 'api.internal', 'router.home.arpa', 'metadata.google.internal.'],
    ],
  ])('%s are refused', async (_, hosts) => {
    const accepted = hosts.filter((host) => mistakeIn(`https://${host}/hook`, strict) === undefined)
    expect(accepted).toEqual([])
    for (const host of hosts) expect(mistakeIn(`https://${host}/hook`, open)).toBeUndefined()
  })

  test.each([
    'https://8.8.8.8/hook',
    'https://[2606:4700:4700::1111]/hook',
    'https://shop.example:8443/a?b=c',
  ])('%s is taken', (url) => {
    expect(mistakeIn(url, strict)).toBeUndefined()
  })

  test.each([
    'http://shop.example/hook',
    'ftp://shop.example',
    'https://user:pass@shop.example/',
    'shop.example',
    '',
  ])('%p is no URL to deliver to', (url) => {
    expect(mistakeIn(url, strict)).toBeString()
  })

  test('a name that resolves to a private address is refused', async () => {
    const url = new URL('https://localhost/hook')
    expect(await resolve(url, strict).catch((error: unknown) => error)).toBeInstanceOf(AddressRefused)
    const found = await resolve(url, open)
    expect(found.every((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true)
    expect(found).not.toBeEmpty()
  })
})
