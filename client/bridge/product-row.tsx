/** A row of a product and its status; it opens what its cells are made of. */
import { useId, useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'
import { StatusTag, type Status } from './stock-out-status.tsx'

interface ProductRowProps {
  product: { id: number; name: string }
  status: Status
  /** What it opens. */
  opens: string
  /** Of the whole table. */
  columns: number
  cells: ReactNode
  children: ReactNode
}

export function ProductRow({ product, status, opens, columns, cells, children }: ProductRowProps) {
  const [isOpen, setOpen] = useState(false)
  const openedId = useId()
  return (
    <>
      <tr>
        <th scope="row">
          <div>
            <button
              type="button"
              className="button quiet"
              aria-label={`${opens} of ${product.name}`}
              aria-expanded={isOpen}
              aria-controls={isOpen ? openedId : undefined}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? '▾' : '▸'}
            </button>
            <Link href={productHref(product.id)}>{product.name}</Link>
          </div>
        </th>
        <td className="wide-only">
          <StatusTag status={status} />
        </td>
        {cells}
      </tr>
      {isOpen && (
        <tr id={openedId} className="spend-times">
          <td colSpan={columns}>{children}</td>
        </tr>
      )}
    </>
  )
}
