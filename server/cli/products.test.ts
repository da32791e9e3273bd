import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { SAMPLE_SIZE } from '#db/sample-catalogue.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { runProducts } from './products.testing.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

async function products(database: string, ...args: string[]) {
  const ended = await runProducts(databaseUrl(database), ...args)
  const lastLine = () => ended.stdout.trim().split('\n').at(-1) ?? ''
  return { ...ended, summary: () => JSON.parse(lastLine()) as Record<string, unknown> }
}

const databaseUrl = (name: string) => `file:${join(folder.path, name)}`

async function csv(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await Bun.write(path, text)
  return path
}

const nasty = [
  'sku,name,price,stock_level',
  `a1,"Belt, 3 cm ""brass"" 🎉",21.30,17`,
  `a2,${'x'.repeat(529)},0.99,0`,
  'a3,"two\nlines",5,3',
  'a4,=SUM(A1:A9),12.5,1',
].join('\n')

describe('import', () => {
  test('takes quotes, commas, line breaks, emoji and long names as they are; a second import changes nothing', async () => {
    const file = await csv('nasty.csv', `\uFEFF${nasty}\r\n`)
    const first = await products('nasty.db', 'import', file, '--json')
    expect(first.summary()).toEqual({ import_id: 1, created: 4, updated: 0, unchanged: 0, rejected: [] })
    expect(first.code).toBe(0)
    expect((await products('nasty.db', 'import', file, '--json')).summary()).toEqual({
      created: 0,
      updated: 0,
      unchanged: 4,
      rejected: [],
    })

    await using server = await startTestServer({ DATABASE_URL: databaseUrl('nasty.db') })
    const { items } = await server.client.products.list.query()
    expect(items.map(({ name, price, version }) => [name, price, version])).toEqual([
      ['Belt, 3 cm "brass" 🎉', '21.30', 1],
      ['x'.repeat(529), '0.99', 1],
      ['two\nlines', '5.00', 1],
      ['=SUM(A1:A9)', '12.50', 1],
    ])
  })

  test('a file steers no terminal', async () => {
    const steering = '\u001b[2J\u0007\u202e'
    const lines = `sku,name,price,Farbe${steering}\nb${steering}1,Belt,1\nb${steering}1,Belt,2\n`
    const file = await csv('steers.csv', lines)
    const refused = await products('steers.db', 'import', file)
    expect(refused.stderr).toContain('"Farbe')
    const imported = await products('steers.db', 'import', file, '--ignore-unknown')
    expect(imported.stderr).toContain('line 3')
    const printed = [refused, imported].map(({ stderr, stdout }) => stderr + stdout).join('')
    expect(printed).not.toMatch(/[\p{Cc}--\n]|\u202e/v)
  })

  test('a changed line updates its product, and only that', async () => {
    const before = await csv('before.csv', 'sku,name,price,stock_level\na,A,1,1\nb,B,1,1\n')
    const after = await csv('after.csv', 'sku,name,price,stock_level\na,A,1,1\nb,B,2,1\nb,B,3,1\nc,C,1,1\n')
    await products('change.db', 'import', before)
    expect((await products('change.db', 'import', after, '--json')).summary()).toMatchObject({
      created: 1,
      updated: 2,
      unchanged: 1,
    })
  })

  test('a bad line is named with its number and its reason, and costs only itself', async () => {
    const file = await csv(
      'bad.csv',
      'sku,name,price,stock_level\na,A,1,1\nb,,1,1\nc,C,1.234,1\n,D,1,1\ne,E,1,many\nf,F\ng,G,1,1\nh,H,1,1,1\n',
    )
    const { summary, stderr, code } = await products('bad.db', 'import', file, '--json')
    expect(summary()).toMatchObject({
      created: 2,
      rejected: [
        { line: 3, code: 'INVALID_INPUT' },
        { line: 4, detail: '/price: USD has 2 decimals, not 3' },
        { line: 5 },
        { line: 6 },
        { line: 7, detail: 'The input: has more or fewer cells than the header' },
        { line: 9 },
      ],
    })
    expect(stderr).toContain('line 4: /price')
    expect(code).toBe(1)
  })

  test('a header that is not ours, or no file, is told before anything is written', async () => {
    const wrong = await csv('wrong.csv', 'sku,title,price\na,A,1\n')
    const { stderr, code } = await products('wrong.db', 'import', wrong)
    expect(stderr).toContain('title')
    expect(code).toBe(2)
    expect((await products('wrong.db', 'import', join(folder.path, 'none.csv'))).code).toBe(2)
    expect((await products('wrong.db', 'improt')).code).toBe(2)
  })

  test('a quote that is never closed is one rejected line, and what stood before it is in', async () => {
    const file = await csv('open.csv', 'sku,name,price,stock_level\na,A,1,1\nb,"B,1,1\n')
    const { summary, code } = await products('open.db', 'import', file, '--json')
    expect(summary()).toMatchObject({ created: 1, rejected: [{ code: 'BODY_UNREADABLE' }] })
    expect(code).toBe(1)
  })
})

test('an import is taken back by its number, and what was changed since is named', async () => {
  const db = 'undo.db'
  await products(db, 'import', await csv('first.csv', 'sku,name,price\na,A,1\nb,B,1\n'))
  const { stderr } = await products(db, 'import', await csv('second.csv', 'sku,price\na,2\nb,2\n'))
  const id = /products undo (\d+)/.exec(stderr)?.[1] ?? ''
  await products(db, 'import', await csv('third.csv', 'sku,price\nb,3\n'))
  expect((await products(db, 'imports')).stdout).toContain(`${id}  `)
  const undone = await products(db, 'undo', id)
  expect(undone.stdout).toBe('1 restored, 0 removed, 1 kept\n')
  expect(undone.stderr).toContain('product 2 b B was changed after the import')
  expect(undone.code).toBe(1)
  expect((await products(db, 'undo', '999')).code).toBe(2)
})

test('seeding fills an empty catalogue once, and leaves one that has products alone', async () => {
  expect((await products('seed.db', 'seed', '--if-empty')).stdout).toContain(`${SAMPLE_SIZE} products`)
  expect((await products('seed.db', 'seed', '--if-empty', '--count', '1000')).stdout).toBe('')
  expect((await products('seed.db', 'seed', '--count', '1000')).stdout).toContain('1000 products')
  expect((await products('seed.db', 'seed', '--count', '-3')).code).toBe(2)
})

test('prices in one currency are never read in another', async () => {
  const opened = startTestServer({ DATABASE_URL: databaseUrl('seed.db'), CURRENCY: 'EUR' })
  await expect(opened).rejects.toThrow('USD')
})
