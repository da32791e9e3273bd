import { useState } from 'react'
import { Calendar } from './calendar.tsx'
import { countStates, type Days, type DayState } from './days.ts'
import { Legend } from './legend.tsx'

interface CalendarCardProps {
  days: Days | undefined
  selected: string | undefined
  onSelect: (date: string | undefined) => void
}

export function CalendarCard({ days, selected, onSelect }: CalendarCardProps) {
  const [only, setOnly] = useState<DayState>()
  return (
    <section className="calendar-card" aria-label="Calendar" aria-busy={!days}>
      {days ? (
        <Calendar days={days} selected={selected} only={only} onSelect={onSelect} />
      ) : (
        <div className="calendar-waiting" />
      )}
      <Legend counts={countStates(days?.days ?? [])} only={only} onOnly={setOnly} />
    </section>
  )
}
