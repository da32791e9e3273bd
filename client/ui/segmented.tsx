/** A few choices side by side, one of them taken: radio buttons that look like one control. */
interface SegmentedProps<Value extends string> {
  /** For whom cannot see what it stands beside. */
  label: string
  value: Value
  choices: readonly { value: Value; label: string; title?: string }[]
  onChange: (value: Value) => void
}

export function Segmented<Value extends string>({ label, value, choices, onChange }: SegmentedProps<Value>) {
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} title={choice.title}>
          <input
            type="radio"
            name={label}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  )
}
