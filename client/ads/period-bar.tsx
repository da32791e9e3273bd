/** The dates of the chart and the table, and those that they are compared with. */
import { useState } from 'react'
import { againstChoices, ownRange, periodChoices, writeOwnRange, type Choice } from './period.ts'
import { RangeInputs } from './range-inputs.tsx'
import type { Range } from './range.ts'
import type { Compared } from './use-compared.ts'
import type { View } from './use-view.ts'

interface PeriodBarProps {
  compared: Compared | undefined
  against: View['against']
  /** In the calendar. */
  picked: Range | undefined
  onPick: (range: Range) => void
  onView: (change: Partial<View>) => void
}

export function PeriodBar({ compared, against, picked, onPick, onView }: PeriodBarProps) {
  const within = compared?.within
  return (
    <div className="period-bar">
      <DatesChoice
        label="Dates"
        value={compared?.period ?? ''}
        choices={within ? periodChoices(within, picked) : []}
        onChange={(period) => onView({ period })}
        within={within}
        own={compared?.period === 'picked' ? picked : undefined}
        onOwn={(range) => {
          onPick(range)
          onView({ period: 'picked' })
        }}
      />
      <DatesChoice
        label="Compared with"
        value={against}
        choices={within ? againstChoices(within, against) : []}
        onChange={(value) => onView({ against: value })}
        within={within}
        own={ownRange(against)}
        onOwn={(range) => onView({ against: writeOwnRange(range) })}
      />
    </div>
  )
}

interface DatesChoiceProps {
  label: string
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
  within: Range | undefined
  /** Dates that no choice names. */
  own: Range | undefined
  onOwn: (range: Range) => void
}

const OWN = 'own'

function DatesChoice({ label, value, choices, onChange, within, own, onOwn }: DatesChoiceProps) {
  const [asksOwn, askOwn] = useState(false)
  return (
    <>
      <label>
        {label}
        <select
          value={asksOwn ? OWN : value}
          onChange={({ target }) => {
            askOwn(target.value === OWN)
            if (target.value !== OWN) onChange(target.value)
          }}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
          <option value={OWN}>Other dates…</option>
        </select>
      </label>
      {asksOwn && within && <RangeInputs within={within} picked={own} onPick={onOwn} />}
    </>
  )
}
