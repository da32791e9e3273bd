/** What to change, and to what. */
import { useForm, useWatch } from 'react-hook-form'
import type { Product } from '#client/products/columns.ts'
import { REASONS, reasonName } from '#client/products/stock/reasons.ts'
import { mannerOf, plainDigits, readDecimal } from '#client/ui/read-number.ts'
import { fieldOf, KIND_NAMES, KINDS, mistakeIn, type BulkChange } from './bulk-change.ts'

interface BulkFormProps {
  /** Of those that are to change: it tells the currency's decimals. */
  first: Product | undefined
  busy: boolean
  onPreview: (change: BulkChange) => void
}

const manner = mannerOf()

/** As the reader's locale writes numbers. */
function plainValue({ kind, value }: Pick<BulkChange, 'kind' | 'value'>): string {
  return fieldOf(kind) === 'price' ? (readDecimal(value, manner) ?? value) : plainDigits(value, manner)
}

export function BulkForm({ first, busy, onPreview }: BulkFormProps) {
  const { register, control, handleSubmit, formState, getValues } = useForm<BulkChange>({
    defaultValues: { kind: 'price-raise', value: '', reason: 'received' },
  })
  const kind = useWatch({ control, name: 'kind' })
  const mistake = formState.errors.value?.message
  const preview = handleSubmit((change) => onPreview({ ...change, value: plainValue(change) }))
  return (
    <form className="bulk-form" noValidate onSubmit={(event) => void preview(event)}>
      <label>
        What
        <select {...register('kind')} className="field">
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {KIND_NAMES[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Value
        <input
          {...register('value', {
            validate: (value) =>
              mistakeIn(
                { kind: getValues('kind'), value: plainValue({ kind: getValues('kind'), value }) },
                first,
              ),
          })}
          className="field number"
          inputMode="decimal"
          autoComplete="off"
          aria-invalid={mistake !== undefined}
          aria-describedby="bulk-mistake"
        />
      </label>
      {kind === 'stock-add' && (
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
      )}
      <p id="bulk-mistake" className="form-mistake" role="alert">
        {mistake}
      </p>
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={busy}>
          Preview
        </button>
      </div>
    </form>
  )
}
