import { Link } from 'wouter'

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
          <Link href={`/products?id=${product.id}`}>{product.name}</Link>
          <span>{told}</span>
        </li>
      ))}
    </ul>
  )
}
