import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { Segmented } from '#client/ui/segmented.tsx'
import { Calendar } from './calendar.tsx'
import type { Days } from './days.ts'
import { Legend } from './legend.tsx'
import type { MetricChoice } from './metric.ts'
import type { Range } from './range.ts'
import { shadingOf } from './shading.ts'
import type { Show } from './use-view.ts'

const STATE: MetricChoice = { value: 'state', label: 'State' }
const NO_DAYS: Days['days'] = []

interface CalendarCardProps {
  days: Days | undefined
  choices: readonly MetricChoice[]
  show: Show
  picked: Range | undefined
  /** It is on the screen. */
  onLook: () => void
  onShow: (show: Show) => void
  onPick: (range: Range | undefined) => void
}

export function CalendarCard({ days, choices, show, picked, onLook, onShow, onPick }: CalendarCardProps) {
  const [only, setOnly] = useState<string>()
  const all = days?.days ?? NO_DAYS
  const shading = useMemo(() => shadingOf(all, show), [all, show])
  const card = useRef<HTMLElement>(null)
  const look = useEffectEvent(onLook)
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return
      observer.disconnect()
      look()
    })
    if (card.current) observer.observe(card.current)
    return () => observer.disconnect()
  }, [])
  const change = (next: Show) => {
    setOnly(undefined)
    onShow(next)
  }
  return (
    <section ref={card} className="card calendar-card" aria-label="Calendar" aria-busy={!days}>
      <header>
        <h2>Two years</h2>
        <Segmented label="Show" value={show} choices={[STATE, ...choices]} onChange={change} />
      </header>
      {days ? (
        <Calendar {...{ days, shading, picked, only, onPick }} />
      ) : (
        <div className="calendar-waiting" />
      )}
      <Legend days={all} currency={days?.currency ?? ''} shading={shading} only={only} onOnly={setOnly} />
    </section>
  )
}
