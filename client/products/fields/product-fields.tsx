/** What a product has beside its stock, to be changed. */
import type { Product } from '#client/products/columns.ts'
import { FieldInput } from './field-input.tsx'
import { NAMES } from './fields.ts'
import { useProductFields } from './use-product-fields.ts'

interface ProductFieldsProps {
  product: Product
  onChanged: (product: Product) => void
}

export function ProductFields({ product, onChanged }: ProductFieldsProps) {
  const { register, submit, formState } = useProductFields(product, onChanged)
  const { errors, isSubmitting } = formState
  return (
    <form className="adjust-form field-form" noValidate onSubmit={(event) => void submit(event)}>
      {NAMES.map((name) => (
        <FieldInput key={name} {...register(name)} name={name} mistake={errors[name]?.message} />
      ))}
      <button type="submit" className="button" aria-disabled={isSubmitting}>
        Save
      </button>
      <p className="form-mistake" role="alert">
        {errors.root?.message}
      </p>
    </form>
  )
}
