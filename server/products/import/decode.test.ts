import { expect, test } from 'bun:test'
import { decodeFile } from './decode.ts'
import type { Charset } from '#server/platform/charsets.ts'

async function* inParts(bytes: Uint8Array, size = 3) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function decode(bytes: Uint8Array, charset?: Charset) {
  const { parts, charset: found } = await decodeFile(inParts(bytes), charset)
  const all = await Array.fromAsync(parts)
  return { found, text: all.map(({ text }) => text).join('') }
}

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const UTF_16_LE = Buffer.from('\ufeffsku,näme', 'utf16le')

test('the byte order mark tells the charset, or the zeros of UTF-16, or the caller', async () => {
  const name = 'sku,näme'
  expect(await decode(Buffer.from(name))).toEqual({ found: 'utf-8', text: name })
  expect(await decode(Buffer.from(`\ufeff${name}`))).toEqual({ found: 'utf-8', text: name })
  expect(await decode(UTF_16_LE)).toEqual({ found: 'utf-16le', text: name })
  expect(await decode(UTF_16_LE.subarray(2))).toEqual({ found: 'utf-16le', text: name })
  expect(await decode(Buffer.from(UTF_16_LE).swap16())).toEqual({ found: 'utf-16be', text: name })
  expect(await decode(bytesOf('Cr\xe8me \x80'), 'windows-1252')).toEqual({
    found: 'windows-1252',
    text: 'Crème €',
  })
  expect((await decode(bytesOf('\xa4'), 'iso-8859-15')).text).toBe('€')
})

test('bytes that are not in the charset are named by line and column, with advice', async () => {
  const bytes = bytesOf('sku,name,price\nX,Cr\xe8me,1\n')
  expect(decode(bytes)).rejects.toThrow(/Line 2, column 5: .*windows-1252/)
})

test('far into the file they are marked for their line', async () => {
  const file = Buffer.concat([Buffer.alloc(70_000, 'a'), bytesOf('\xe8\n'), Buffer.from('fine\n')])
  const { parts } = await decodeFile(inParts(file, 80_000), undefined)
  const all = await Array.fromAsync(parts)
  expect(all.some(({ damaged }) => damaged)).toBe(true)
})

test('a spreadsheet’s own format is refused with the way to save it', async () => {
  expect(decode(bytesOf('PK\x03\x04rest'))).rejects.toThrow(/CSV UTF-8/)
})
