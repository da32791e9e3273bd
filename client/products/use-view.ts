/** What of the catalogue is shown; it lives in the address, so that it can be linked to and gone back to. */
import { useSearchParams } from 'wouter'
import { COLUMNS, type Product, type Sort } from './columns.ts'

const STOCK_FILTERS = ['all', 'in', 'low', 'out'] as const
export type StockFilter = (typeof STOCK_FILTERS)[number]
/** So few are low, where the product has no threshold of its own: the server's default. */
const LOW_STOCK = 10

export function isLow({ stock_level: level, low_stock_at: own }: Product): boolean {
  return level > 0 && level <= (own ?? LOW_STOCK)
}

export interface View {
  /** Words to search for; empty lists everything. */
  q: string
  /** One product alone. */
  id: number | undefined
  stock: StockFilter
  /** Whether its ads cost anything of late; undefined: either. */
  advertised: boolean | undefined
  /** Prices as decimal text, inclusive; empty for no bound. */
  min: string
  max: string
  sort: Sort
}

export const EVERYTHING = {
  q: '',
  id: undefined,
  stock: 'all',
  advertised: undefined,
  min: '',
  max: '',
} as const

/** The filters that lists, searches and exports take. */
export function filterOf({ stock, advertised, min, max }: Omit<View, 'q' | 'id' | 'sort'>) {
  return {
    ...((stock === 'in' || stock === 'out') && { in_stock: stock === 'in' }),
    ...(stock === 'low' && { low_stock: true }),
    ...(advertised !== undefined && { advertised }),
    ...(min !== '' && { min_price: min }),
    ...(max !== '' && { max_price: max }),
  }
}

export function isFiltered(view: View): boolean {
  return view.q !== '' || view.id !== undefined || Object.keys(filterOf(view)).length > 0
}

/** Where exactly what is filtered is a file. */
export function exportAddress(view: View, { forExcel = false } = {}): string {
  const params = new URLSearchParams(
    Object.entries(filterOf(view)).map(([name, value]) => [name, String(value)]),
  )
  if (view.q !== '') params.set('q', view.q)
  if (forExcel) params.set('bom', 'true')
  const query = params.size === 0 ? '' : `?${params}`
  return (view.q === '' ? '/v1/products.csv' : '/v1/products/search.csv') + query
}

export function readView(params: URLSearchParams): View {
  const id = Number(params.get('id') ?? Number.NaN)
  const stock = params.get('stock')
  const sort = params.get('sort') ?? 'id'
  const isSort = COLUMNS.some(
    (column) => column.sort !== undefined && [column.sort, `-${column.sort}`].includes(sort),
  )
  return {
    q: params.get('q') ?? '',
    id: Number.isSafeInteger(id) && id > 0 ? id : undefined,
    stock: STOCK_FILTERS.find((each) => each === stock) ?? 'all',
    advertised: { yes: true, no: false }[params.get('advertised') ?? ''],
    min: price(params.get('min')),
    max: price(params.get('max')),
    sort: isSort ? (sort as Sort) : 'id',
  }
}

/** What is no price in a made-up address filters nothing. */
function price(text: string | null): string {
  return text !== null && /^\d{1,10}(\.\d{1,4})?$/.test(text) ? text : ''
}

export function writeView({ q, id, stock, advertised, min, max, sort }: View): URLSearchParams {
  const params = new URLSearchParams()
  if (id !== undefined) params.set('id', String(id))
  if (q !== '') params.set('q', q)
  if (stock !== 'all') params.set('stock', stock)
  if (advertised !== undefined) params.set('advertised', advertised ? 'yes' : 'no')
  if (min !== '') params.set('min', min)
  if (max !== '') params.set('max', max)
  if (sort !== 'id') params.set('sort', sort)
  return params
}

export function useView(): [View, (change: Partial<View>) => void] {
  const [params, setParams] = useSearchParams()
  const view = readView(params)
  return [
    view,
    (change) => setParams((before) => writeView({ ...readView(before), ...change }), { replace: true }),
  ]
}
