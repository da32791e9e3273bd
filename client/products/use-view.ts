/** What of the catalogue is shown; it lives in the address, so that it can be linked to and gone back to. */
import { useSearchParams } from 'wouter'
import { COLUMNS, type Sort } from './columns.ts'

export type StockFilter = 'all' | 'in' | 'out'

export interface View {
  /** Words to search for; empty lists everything. */
  q: string
  /** One product alone. */
  id: number | undefined
  stock: StockFilter
  sort: Sort
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
    stock: stock === 'in' || stock === 'out' ? stock : 'all',
    sort: isSort ? (sort as Sort) : 'id',
  }
}

/** Only what differs from the plain list is written. */
export function writeView({ q, id, stock, sort }: View): URLSearchParams {
  const params = new URLSearchParams()
  if (id !== undefined) params.set('id', String(id))
  if (q !== '') params.set('q', q)
  if (stock !== 'all') params.set('stock', stock)
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
