/** From one price to another, either of them left open. */
import { useState, type KeyboardEvent } from 'react'
import { mannerOf, readDecimal } from '#client/ui/read-number.ts'
import { asTyped } from './cell-value.ts'

interface PriceRangeProps {
  min: string
  max: string
  onChange: (range: { min: string } | { max: string }) => void
}

export function PriceRange({ min, max, onChange }: PriceRangeProps) {
  return (
    <fieldset className="price-range">
      <legend className="visually-hidden">Price</legend>
      <Bound
        label="Price from"
        placeholder="Min price"
        value={min}
        onChange={(to) => onChange({ min: to })}
      />
      <span aria-hidden="true">–</span>
      <Bound label="Price to" placeholder="Max price" value={max} onChange={(to) => onChange({ max: to })} />
    </fieldset>
  )
}

interface BoundProps {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
}

const manner = mannerOf()

const read = (typed: string) => (typed.trim() === '' ? '' : readDecimal(typed, manner))

/** Filters once it is left or Enter is pressed; what is no number filters nothing and says so. */
function Bound({ label, placeholder, value, onChange }: BoundProps) {
  const [typed, setTyped] = useState(() => asTyped(value, manner))
  const [invalid, setInvalid] = useState(false)
  const [known, setKnown] = useState(value)
  if (value !== known) {
    setKnown(value)
    // From elsewhere, such as a link; what one typed oneself stays as it was typed.
    if (read(typed) !== value) setTyped(asTyped(value, manner))
  }
  const take = () => {
    const price = read(typed)
    setInvalid(price === undefined)
    if (price !== undefined && price !== value) onChange(price)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') take()
    else if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('table.products')?.focus()
    else return
    event.preventDefault()
  }
  return (
    <input
      className="field"
      aria-label={label}
      aria-invalid={invalid}
      placeholder={placeholder}
      inputMode="decimal"
      autoComplete="off"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={take}
    />
  )
}
