import { count, plural } from '#client/ui/format.ts'
import type { Product } from '#client/products/columns.ts'
import { shortName } from '#client/products/value-labels.ts'

const MAX_LISTED = 50

interface RefusedListProps {
  title: string
  refused: readonly { product: Product; why: string }[]
}

/** Which products, and why. */
export function RefusedList({ title, refused }: RefusedListProps) {
  if (refused.length === 0) return null
  const more = refused.length - MAX_LISTED
  return (
    <section className="problems">
      <h3>
        {title}: {plural(refused.length, 'product')}
      </h3>
      <ul>
        {refused.slice(0, MAX_LISTED).map(({ product, why }) => (
          <li key={product.id}>
            {shortName(product)}: {why}
          </li>
        ))}
        {more > 0 && <li>and {count(more)} more</li>}
      </ul>
    </section>
  )
}
