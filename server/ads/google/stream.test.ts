import { expect, test } from 'bun:test'
import { FetchError } from '#server/ads/errors.ts'
import { readChunks } from './stream.ts'

async function* cut(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  for (let from = 0; from < bytes.length; from += size) yield bytes.slice(from, from + size)
}

async function read(
  text: string | Uint8Array,
  size = 7,
  partBytes?: number,
): Promise<{ rows: unknown[]; units: number }> {
  const rows: unknown[] = []
  let units = 0
  for await (const chunk of readChunks(cut(text, size), partBytes)) {
    rows.push(...chunk.results)
    units += chunk.units
  }
  return { rows, units }
}

async function failureOf(text: string | Uint8Array): Promise<string> {
  return [await failureInParts(text), await failureInParts(text, 1)].find((code) => code !== 'none') ?? 'none'
}

async function failureInParts(text: string | Uint8Array, partBytes?: number): Promise<string> {
  try {
    await read(text, 7, partBytes)
    return 'none'
  } catch (error) {
    return error instanceof FetchError ? error.failure.code : String(error)
  }
}

test('takes what is a whole answer', async () => {
  const cases: [text: string, rows: unknown[], units: number][] = [
    ['[]', [], 0],
    [' [ ] \n', [], 0],
    ['[{"results":[]}]', [], 0],
    ['[{"fieldMask":"campaign.id","requestId":"x","queryResourceConsumption":"600"}]', [], 600],
    [
      '[{"results":[{"a":1}]},\r\n{"results":[{"a":2}],"queryResourceConsumption":"12"}]',
      [{ a: 1 }, { a: 2 }],
      12,
    ],
    ['[{"results":[{"n":"}],{[\\"\\\\"}]}]', [{ n: '}],{["\\' }], 0],
  ]
  for (const [text, rows, units] of cases) {
    expect(await read(text)).toEqual({ rows, units })
    expect(await read(text, 1, 1)).toEqual({ rows, units })
  }
})

test('a long chunk comes in parts, whatever else its element says and wherever', async () => {
  const rows = Array.from({ length: 40 }, (_, n) => ({ n, text: ']}' }))
  const chunks = [
    { results: rows, fieldMask: 'a', queryResourceConsumption: '7' },
    { fieldMask: 'a', results: rows },
  ]
  const text = JSON.stringify(chunks, null, 2)
  expect(await read(text, 11, 100)).toEqual({ rows: [...rows, ...rows], units: 7 })
  const sizes = []
  for await (const { results } of readChunks(cut(text, 11), 100)) sizes.push(results.length)
  expect(Math.max(...sizes.slice(0, -1))).toBeLessThan(5)
})

test('refuses what is not', async () => {
  const refused = [
    '',
    '{}',
    'null',
    '[null]',
    '[1]',
    '["x"]',
    '[[]]',
    '[{"results":{}}]',
    '[{"results":[]}',
    '[{"results":[{"a":1}]},',
    '[{"results":[{"a":',
    '[{"results":[]}]]',
    '[{"results":[]}] x',
    '[{"results":[]},]',
    '[{"results":[]} {"results":[]}]',
    '[{"results":[tru]}]',
    '[{"results":[{"a":1},]}]',
    '[{"results":[{"a":1} {"a":1}]}]',
    '[{"results":[{"a":1},3]}]x',
    '[{"results":[{"a":1}]},{"results":[{"a":1}}]',
    '<!DOCTYPE html><title>502</title>',
    '{"results":[]}',
  ]
  for (const text of refused)
    expect({ text, code: await failureOf(text) }).toEqual({ text, code: 'BROKEN_STREAM' })
})

test('an error after the first rows is never taken for the end', async () => {
  const rows = '{"results":[{"a":1}]}'
  const quota = `{"error":{"code":429,"message":"x","details":[{"@type":"GoogleAdsFailure","errors":[{"errorCode":{"quotaError":"RESOURCE_EXHAUSTED"}}]}]}}`
  expect(await failureOf(`[${rows},{"error":{"code":500,"message":"Internal"}}]`)).toBe('SERVER_ERROR')
  expect(await failureOf(`[${rows},${quota}]`)).toBe('QUOTA_EXHAUSTED')
  expect(await failureOf(`[${rows},{"error":{}}]`)).toBe('BROKEN_STREAM')
  expect(await failureOf(`[${rows},{"error":null}]`)).toBe('BROKEN_STREAM')
})

const NAMES = ['„Sommer“ 🌞', 'a"b\\c', '漢字,\n=1', '\u2028', 'é']
const WHOLE = `[${[0, 1]
  .map((n) => JSON.stringify({ results: NAMES.map((name) => ({ n, name, deep: [{ x: ['}', ']'] }] })) }))
  .join(',\n')}]`

test('is the same wherever the bytes are cut', async () => {
  const expected = JSON.parse(WHOLE).flatMap(({ results }: { results: unknown[] }) => results)
  const length = new TextEncoder().encode(WHOLE).length
  for (let size = 1; size <= length; size++) {
    expect((await read(WHOLE, size)).rows).toEqual(expected)
    expect((await read(WHOLE, size, 50)).rows).toEqual(expected)
  }
})

test('no beginning of an answer is an answer', async () => {
  const bytes = new TextEncoder().encode(WHOLE)
  for (let end = 0; end < bytes.length; end++)
    expect(await failureOf(bytes.slice(0, end))).toBe('BROKEN_STREAM')
})

test('bytes that are no UTF-8 are not quietly replaced', async () => {
  const bytes = new TextEncoder().encode('[{"results":[{"n":"é"}]}]')
  bytes[bytes.indexOf(0xc3)] = 0xff
  expect(await failureOf(bytes)).toBe('BROKEN_STREAM')
})

test('a row that never ends is given up while little of it is held, and its connection is left', async () => {
  const part = new Uint8Array(256 * 1024).fill(0x61)
  let sent = 0
  let isLeft = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield new TextEncoder().encode('[{"results":[{"name":"')
      for (; ; sent += part.length) yield part
    } finally {
      isLeft = true
    }
  }
  const reading = readChunks(endless()).next()
  expect(await reading.catch((error: unknown) => error)).toMatchObject({ failure: { code: 'BROKEN_STREAM' } })
  expect({ isLeft, isLittle: sent <= 64 * 1024 ** 2 }).toEqual({ isLeft: true, isLittle: true })
})
