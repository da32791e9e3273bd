/** A new product: what the server objects to stands at its field, and what was created opens. */
import { valibotResolver } from '@hookform/resolvers/valibot'
import { useForm } from 'react-hook-form'
import type * as v from 'valibot'
import { announce } from '#client/ui/announce.tsx'
import { Modal } from '#client/ui/modal.tsx'
import { client } from '#client/ui/trpc.ts'
import { useIdempotencyKey } from '#client/ui/use-idempotency-key.ts'
import type { Product } from '#client/products/columns.ts'
import { FieldInput } from './field-input.tsx'
import { mistakesIn, NewFields, toFields } from './fields.ts'

type NewTexts = v.InferOutput<typeof NewFields>

const NAMES = ['name', 'sku', 'price', 'stock_level', 'ads_item_id', 'gtin', 'low_stock_at'] as const
const NOTHING: NewTexts = {
  name: '',
  sku: '',
  price: '',
  stock_level: '',
  ads_item_id: '',
  gtin: '',
  low_stock_at: '',
}

interface NewProductProps {
  onCreated: (product: Product) => void
  onClose: () => void
}

export default function NewProduct({ onCreated, onClose }: NewProductProps) {
  const { register, handleSubmit, setError, formState } = useForm<NewTexts>({
    resolver: valibotResolver(NewFields),
    defaultValues: NOTHING,
  })
  const { errors, isSubmitting } = formState
  const once = useIdempotencyKey()
  const create = async (texts: NewTexts) => {
    try {
      const stock_level = texts.stock_level === '' ? 0 : Number(texts.stock_level)
      const fields = { ...toFields(texts), stock_level }
      const product = await client.products.create.mutate(fields, once.contextFor(fields))
      once.answered()
      announce(`“${product.name}” is created.`)
      onCreated(product)
    } catch (error) {
      for (const [field, message] of mistakesIn(error)) setError(field, { message }, { shouldFocus: true })
    }
  }
  return (
    <Modal kind="dialog" title="New product" onClose={onClose}>
      <form
        className="adjust-form field-form"
        noValidate
        onSubmit={(event) => void (isSubmitting ? event.preventDefault() : handleSubmit(create)(event))}
      >
        {NAMES.map((name) => (
          <FieldInput key={name} {...register(name)} name={name} mistake={errors[name]?.message} />
        ))}
        <p className="form-mistake" role="alert">
          {errors.root?.message}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={isSubmitting}>
            Create
          </button>
        </div>
      </form>
    </Modal>
  )
}
