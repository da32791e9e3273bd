/** What a product has beside price and stock: its item id in the ads, its barcode's number, and when its stock is low. */
import { useId } from 'react'
import type { Product } from '#client/products/columns.ts'
import { useProductFields, type FieldName } from './use-product-fields.ts'

interface ProductFieldsProps {
  product: Product
  onChanged: (product: Product) => void
}

const FIELDS: readonly { name: FieldName; label: string; placeholder: string }[] = [
  { name: 'ads_item_id', label: 'Item id in the ads', placeholder: 'the SKU' },
  { name: 'gtin', label: 'GTIN (barcode)', placeholder: 'none' },
  { name: 'low_stock_at', label: 'Stock is low from', placeholder: 'as for all products' },
]

export function ProductFields({ product, onChanged }: ProductFieldsProps) {
  const id = useId()
  const { register, submit, formState } = useProductFields(product, onChanged)
  const { errors, isSubmitting } = formState
  return (
    <details className="product-fields">
      <summary>Item id, GTIN and low stock</summary>
      <form className="adjust-form" noValidate onSubmit={(event) => void submit(event)}>
        {FIELDS.map(({ name, label, placeholder }) => (
          <div key={name}>
            <label>
              {label}
              <input
                {...register(name)}
                className="field"
                placeholder={placeholder}
                autoComplete="off"
                spellCheck={false}
                aria-invalid={errors[name] !== undefined}
                aria-describedby={`${id}-${name}`}
              />
            </label>
            <span id={`${id}-${name}`} className="form-mistake" role="alert">
              {errors[name]?.message}
            </span>
          </div>
        ))}
        <button type="submit" className="button" aria-disabled={isSubmitting}>
          Save
        </button>
        <p className="form-mistake" role="alert">
          {errors.root?.message}
        </p>
      </form>
    </details>
  )
}
