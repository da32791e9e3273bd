/** Adds to the stock or takes from it; stays open for the next one. */
import type { ChangeEvent } from 'react'
import type { Product } from '#client/products/columns.ts'
import { REASONS, reasonName } from './reasons.ts'
import { useAdjustment } from './use-adjustment.ts'

interface AdjustFormProps {
  product: Product
  onAdjusted: (product: Product) => void
}

export function AdjustForm({ product, onAdjusted }: AdjustFormProps) {
  const { register, propose, submit, formState } = useAdjustment(product, onAdjusted)
  const { errors, isSubmitting } = formState
  return (
    <form className="adjust-form" noValidate onSubmit={(event) => void submit(event)}>
      <label>
        Change by
        <input
          {...register('delta', {
            onChange: (event: ChangeEvent<HTMLInputElement>) => propose(event.target.value),
          })}
          className="field number"
          placeholder="-3"
          autoComplete="off"
          aria-invalid={errors.delta !== undefined}
          aria-describedby="adjust-mistake"
        />
      </label>
      <label>
        Reason
        <select {...register('reason')} className="field">
          {REASONS.map((reason) => (
            <option key={reason} value={reason}>
              {reasonName(reason)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Reference
        <input
          {...register('reference')}
          className="field"
          placeholder="Order, delivery…"
          autoComplete="off"
          aria-invalid={errors.reference !== undefined}
        />
      </label>
      <button type="submit" className="button primary" disabled={isSubmitting}>
        Adjust stock
      </button>
      <p id="adjust-mistake" className="form-mistake" role="alert">
        {errors.delta?.message ?? errors.reference?.message ?? errors.root?.message}
      </p>
    </form>
  )
}
