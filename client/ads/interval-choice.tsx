import { Segmented } from '#client/ui/segmented.tsx'
import type { Interval } from './range-steps.ts'

const CHOICES: readonly { value: Interval; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
]

interface IntervalChoiceProps {
  label: string
  value: Interval
  onChange: (interval: Interval) => void
}

export function IntervalChoice(props: IntervalChoiceProps) {
  return <Segmented {...props} choices={CHOICES} />
}
