import { useId, type ComponentProps } from 'react'
import { LABELS } from './fields.ts'

interface FieldInputProps extends ComponentProps<'input'> {
  name: keyof typeof LABELS
  mistake: string | undefined
}

/** One of a product's fields, with what is wrong in it below. */
export function FieldInput({ mistake, ...input }: FieldInputProps) {
  const id = useId()
  const { label, placeholder } = LABELS[input.name]
  return (
    <div data-field={input.name}>
      <label>
        {label}
        <input
          {...input}
          className="field"
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={input.name === 'name'}
          aria-invalid={mistake !== undefined}
          aria-describedby={id}
        />
      </label>
      <span id={id} className="form-mistake" role="alert">
        {mistake}
      </span>
    </div>
  )
}
