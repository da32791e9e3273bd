/** What leads to a name, on both databases: other forms of its words, other scripts, codes, and the order of names. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { openDatabase } from '#db/open.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const PRODUCTS = [
  ['AS-00008', 'Chef’s Knife, 20 cm'],
  ['AS-00080', 'Steak Knives, Set of 4'],
  ['SM24073083', 'Watches for divers, 2 pack'],
  [null, 'Patch, iron-on'],
  [null, 'Wi-Fi router'],
  [null, 'Sun glasses'],
  [null, 'Bottle 500ml'],
  [null, 'Vase'],
  [null, 'Vase with flowers'],
  [null, 'Set of ten, with a vase'],
  [null, 'Łódź poster'],
  [null, 'كِتَابٌ'],
  [null, '苹果手机壳'],
  [null, 'ﾊﾞｯｸﾞ'],
  [null, 'apple slicer, 10 pack'],
  [null, 'Apple slicer, 2 pack'],
  [null, 'Äpfel'],
  [null, 'Zebra'],
  [null, 'Yoga mat'],
] as const

interface Options {
  sort?: 'name' | '-name'
  count?: 'exact' | 'estimated'
  limit?: number
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer

  beforeAll(async () => {
    const settings = dialect === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {}
    server = resources.use(await startTestServer(settings))
    for (const [sku, name] of PRODUCTS)
      await server.client.products.create.mutate({ sku, name, price: '1', stock_level: 1 })
  })
  afterAll(() => resources.disposeAsync())

  const search = async (q: string, more: Options = {}) =>
    await server.client.products.search.query({ q, ...more })
  const names = async (q: string, more: Options = {}) => (await search(q, more)).items.map(({ name }) => name)

  test.each([
    ['knives', 'Steak Knives, Set of 4'],
    ['knife', 'Chef’s Knife, 20 cm'],
    ['watch', 'Watches for divers, 2 pack'],
    ['wifi router', 'Wi-Fi router'],
    ['vaes', 'Vase'],
    ['yogo matt', 'Yoga mat'],
    ['wi fi', 'Wi-Fi router'],
    ['sunglasses', 'Sun glasses'],
    ['500 ml bottle', 'Bottle 500ml'],
    ['500ml bottle', 'Bottle 500ml'],
    ['lodz', 'Łódź poster'],
    ['كتاب', 'كِتَابٌ'],
    ['手机', '苹果手机壳'],
    ['バッグ', 'ﾊﾞｯｸﾞ'],
    ['as-0000', 'Chef’s Knife, 20 cm'],
    ['00008', 'Chef’s Knife, 20 cm'],
    ['sm2407', 'Watches for divers, 2 pack'],
    ['SM24073083', 'Watches for divers, 2 pack'],
  ])('%s leads first to %s', async (q, name) => {
    expect((await names(q))[0]).toBe(name)
  })

  test('a name that is the question comes first, then one that begins with it', async () => {
    expect(await names('vase')).toEqual(['Vase', 'Vase with flowers', 'Set of ten, with a vase'])
    const { items } = await search('vase')
    expect(items.map(({ match }) => match.score)).toEqual(
      items.map(({ match }) => match.score).toSorted((a, b) => b - a),
    )
  })

  test('what matched is marked, a typo and a joined word among it', async () => {
    const marked = async (q: string) => {
      const [item] = (await search(q)).items
      return item?.match.marks.map(([from, to]) => item.name.slice(from, to))
    }
    expect(await marked('flowrs')).toEqual(['flowers'])
    expect(await marked('wifi')).toEqual(['Wi-Fi'])
    expect(await marked('rout')).toEqual(['rout'])
    expect(await marked('手机')).toEqual(['手机'])
    expect(await marked('knives')).toEqual(['Knives'])
  })

  test('without a name that has all words the best partial matches come, and a correction is suggested', async () => {
    const { items, did_you_mean } = await search('wifi router xyzzy')
    expect(items.map(({ name, match }) => [name, match.kind])).toEqual([['Wi-Fi router', 'partial']])
    expect(did_you_mean).toBeUndefined()
    expect((await search('flowrs vase')).did_you_mean).toBe('flowers vase')
    expect((await search('xyzzy plugh')).items).toEqual([])
  })

  test('what is found can be sorted and counted', async () => {
    expect(await names('pack', { sort: 'name' })).toEqual([
      'Apple slicer, 2 pack',
      'apple slicer, 10 pack',
      'Watches for divers, 2 pack',
    ])
    expect((await search('pack', { count: 'exact', limit: 1 })).total).toEqual({
      value: 3,
      precision: 'exact',
    })
    expect((await search('pack', { sort: '-name', count: 'estimated' })).total?.value).toBe(3)
    expect((await search('00008', { count: 'exact' })).total?.value).toBe(1)
  })

  test('names are listed as a person expects, forwards and backwards', async () => {
    const list = async (sort: 'name' | '-name') =>
      (await server.client.products.list.query({ sort })).items
        .map(({ name }) => name)
        .filter((name) => /^[azä]/i.test(name))
    const sorted = ['Äpfel', 'Apple slicer, 2 pack', 'apple slicer, 10 pack', 'Zebra']
    expect(await list('name')).toEqual(sorted)
    expect(await list('-name')).toEqual(sorted.toReversed())
  })
})

test.each(['SQLite', 'PostgreSQL'] as const)(
  'on %s a walk through all that a frequent word finds shows each product once, whatever is written meanwhile',
  async (dialect) => {
    await using resources = new AsyncDisposableStack()
    const folder = resources.use(await temporaryFolder())
    const DATABASE_URL = dialect === 'PostgreSQL' ? await temporaryPostgres() : `file:${folder.path}/walk.db`
    const server = resources.use(await startTestServer({ DATABASE_URL }))
    const db = await openDatabase(DATABASE_URL)
    await seed(db, { count: 8000, decimals: 2, now: 1 })
    await db.close()
    const { products } = server.client
    const total = (await products.search.query({ q: 'everyday', count: 'exact', limit: 1 })).total?.value
    const seen: number[] = []
    let cursor: string | null = null
    let page = 0
    do {
      const { items, next_cursor }: Awaited<ReturnType<typeof products.search.query>> =
        await products.search.query({ q: 'everyday', limit: 70, cursor })
      seen.push(...items.map(({ id }) => id))
      cursor = next_cursor
      page += 1
      await products.create.mutate({ name: `Everyday ${page}`, price: '1' })
      await products.remove.mutate({ id: seen.at(-1) ?? 0 })
    } while (cursor !== null)
    const seeded = seen.filter((id) => id <= 8000)
    expect(new Set(seeded).size).toBe(seeded.length)
    expect(seeded).toHaveLength(total ?? 0)
  },
)
