import { Link } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'

interface ProductLine {
  key: string
  product: { id: number; name: string }
  told: string
}

export function ProductLines({ lines }: { lines: readonly ProductLine[] }) {
  return (
    <ul className="today-lines">
      {lines.map(({ key, product, told }) => (
        <li key={key}>
          <Link href={productHref(product.id)}>{product.name}</Link>
          <span>{told}</span>
        </li>
      ))}
    </ul>
  )
}
