import { useRef, useState } from 'react'
import { isDate, span, type Range } from './range.ts'

interface RangeInputsProps {
  within: Range
  picked: Range | undefined
  onPick: (range: Range) => void
}

/** The same days as in the calendar, for whom typing them is easier, and for fingers. */
export function RangeInputs({ within, picked, onPick }: RangeInputsProps) {
  const change = (end: keyof Range, date: string) => {
    if (!isDate(date) || date < within.from || date > within.to) return
    const { from, to } = picked ?? { from: date, to: date }
    onPick(end === 'from' ? span(date, to < date ? date : to) : span(from > date ? date : from, date))
  }
  return (
    <div className="range-inputs">
      <DateInput
        label="From"
        {...{ within }}
        value={picked?.from ?? ''}
        onDate={(date) => change('from', date)}
      />
      <DateInput label="to" {...{ within }} value={picked?.to ?? ''} onDate={(date) => change('to', date)} />
    </div>
  )
}

interface DateInputProps {
  label: string
  within: Range
  value: string
  onDate: (date: string) => void
}

/** A date that is typed is none before its year is whole: it counts with Enter or once the field is left. */
function DateInput({ label, within, value, onDate }: DateInputProps) {
  const [entered, setEntered] = useState(value)
  const [known, setKnown] = useState(value)
  const isTyped = useRef(false)
  if (value !== known) {
    setKnown(value)
    setEntered(value)
  }
  const take = (date: string) => {
    isTyped.current = false
    setEntered(value)
    if (date !== value) onDate(date)
  }
  return (
    <label>
      {label}
      <input
        type="date"
        min={within.from}
        max={within.to}
        value={entered}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Enter') take(currentTarget.value)
          else if (key !== 'Tab') isTyped.current = true
        }}
        onChange={({ target }) => {
          setEntered(target.value)
          if (!isTyped.current) take(target.value)
        }}
        onBlur={({ target }) => isTyped.current && take(target.value)}
      />
    </label>
  )
}
