/** Where the rows of a view come from. */
import { queryClient, trpc } from '#client/ui/trpc.ts'
import { filterOf, type View } from '#client/products/use-view.ts'
import { BLOCK_SIZE, type Page, type RowSource } from './row-blocks.ts'

/** Rows are cached by the caller only. */
const ONCE = { gcTime: 0, staleTime: 0 } as const

export function sourceOf(view: View): RowSource {
  if (view.id !== undefined) return oneProduct(view.id)
  return view.q === '' ? list(view) : search(view)
}

function list(view: View): RowSource {
  const filter = filterOf(view)
  const asked = { ...filter, sort: view.sort, limit: BLOCK_SIZE }
  const page = async (input: typeof asked & { cursor?: string; count?: 'estimated' | 'exact' }) =>
    await queryClient.fetchQuery({ ...trpc.products.list.queryOptions(input), ...ONCE })
  return {
    first: async () => await page({ ...asked, count: 'estimated' }),
    from: async (cursor) => await page({ ...asked, cursor }),
    at: async (position) =>
      await queryClient.fetchQuery({ ...trpc.products.at.queryOptions({ ...asked, position }), ...ONCE }),
    count: async () => (await page({ ...asked, limit: 1, count: 'exact' })).total?.value ?? 0,
  }
}

function search(view: View): RowSource {
  const page = async (cursor: string | null): Promise<Page> =>
    await queryClient.fetchQuery({
      ...trpc.products.search.queryOptions({ ...filterOf(view), q: view.q, limit: BLOCK_SIZE, cursor }),
      ...ONCE,
    })
  return {
    first: async () => await page(null),
    from: page,
    at: undefined,
    count: async () => await Promise.reject(new Error('A search does not count.')),
  }
}

function oneProduct(id: number): RowSource {
  const first = async (): Promise<Page> => ({
    items: [await queryClient.fetchQuery({ ...trpc.products.get.queryOptions({ id }), ...ONCE })],
    next_cursor: null,
    prev_cursor: null,
  })
  return { first, from: first, at: undefined, count: async () => await Promise.resolve(1) }
}
