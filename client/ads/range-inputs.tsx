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
  const input = (end: keyof Range, label: string) => (
    <label>
      {label}
      <input
        type="date"
        min={within.from}
        max={within.to}
        value={picked?.[end] ?? ''}
        onChange={(event) => change(end, event.target.value)}
      />
    </label>
  )
  return (
    <div className="range-inputs">
      {input('from', 'From')}
      {input('to', 'to')}
    </div>
  )
}
