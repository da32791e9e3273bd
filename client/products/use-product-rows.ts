/** The rows of a view, page by page as they are scrolled to, whichever operation they come from. */
import { keepPreviousData, skipToken, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { queryClient, trpc } from '#client/ui/trpc.ts'
import type { Product } from './columns.ts'
import type { View } from './use-view.ts'

const PAGE_SIZE = 100
/** Coming back to the window, a few pages are read again; a long walk is not. */
const MAX_PAGES_REREAD = 3

export interface ProductRows {
  rows: readonly Product[]
  /** The first page has not come yet. */
  loading: boolean
  /** These rows are still those of the view before. */
  stale: boolean
  error: unknown
  hasMore: boolean
  loadMore: () => void
  retry: () => void
  /** Known for lists alone: a search does not count. */
  total: number | undefined
}

export function useProductRows(view: View): ProductRows {
  const mode = view.id !== undefined ? 'one' : view.q === '' ? 'list' : 'search'
  const filter = view.stock === 'all' ? {} : { in_stock: view.stock === 'in' }
  const paging = {
    initialCursor: null,
    getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: (query: { state: { data?: { pages: unknown[] } | undefined } }) =>
      (query.state.data?.pages.length ?? 0) <= MAX_PAGES_REREAD,
  }
  const list = useInfiniteQuery(
    trpc.products.list.infiniteQueryOptions(
      { limit: PAGE_SIZE, sort: view.sort, ...filter },
      { ...paging, enabled: mode === 'list' },
    ),
  )
  const search = useInfiniteQuery(
    trpc.products.search.infiniteQueryOptions(
      { limit: PAGE_SIZE, q: view.q, ...filter },
      { ...paging, enabled: mode === 'search' },
    ),
  )
  const one = useQuery(trpc.products.get.queryOptions(view.id === undefined ? skipToken : { id: view.id }))
  const counted = useQuery(
    trpc.products.list.queryOptions(
      { limit: 1, count: 'exact', ...filter },
      { enabled: mode === 'list', placeholderData: keepPreviousData },
    ),
  )

  if (mode === 'one') {
    return {
      rows: one.data ? [one.data] : [],
      loading: one.isPending,
      stale: false,
      error: one.error,
      hasMore: false,
      loadMore: () => {},
      retry: () => void one.refetch(),
      total: one.data && 1,
    }
  }
  const pages = mode === 'list' ? list : search
  return {
    rows: pages.data?.pages.flatMap(({ items }): Product[] => items) ?? [],
    loading: pages.isPending,
    stale: pages.isPlaceholderData,
    error: pages.error,
    hasMore: pages.hasNextPage,
    loadMore: () => {
      if (!pages.isFetching) void pages.fetchNextPage()
    },
    retry: () => void pages.refetch(),
    total: mode === 'list' ? counted.data?.total?.value : undefined,
  }
}

interface Pages {
  pages: { items: Product[] }[]
}

/** Puts the product, as the server now tells it, wherever it is shown. */
export function showProduct(product: Product): void {
  const replace = <Item extends Product>(item: Item): Item =>
    item.id === product.id && item.version <= product.version ? { ...item, ...product } : item
  for (const queryKey of [trpc.products.list.infiniteQueryKey(), trpc.products.search.infiniteQueryKey()]) {
    queryClient.setQueriesData<Pages>(
      { queryKey },
      (data) =>
        data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(replace) })) },
    )
  }
  queryClient.setQueriesData<Product>(
    { queryKey: trpc.products.get.queryKey() },
    (found) => found && replace(found),
  )
}
