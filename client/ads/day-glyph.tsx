/** One state, one shape: told apart without colour, at the size of a calendar's square. */
import type { DayState } from './days.ts'
import type { Mark } from './shading.ts'

interface DayGlyphProps {
  mark: Pick<Mark, 'state' | 'shade'>
  size: number
}

export function DayGlyph({ mark: { state, shade }, size }: DayGlyphProps) {
  const inner = size - 1
  return (
    <g className="day-glyph" data-state={shade === undefined ? state : undefined} data-shade={shade}>
      <rect x="0.5" y="0.5" width={inner} height={inner} rx={size / 6} className="ground" />
      {shade === undefined && <path d={drawing(state, size)} className="drawing" />}
      {shade !== undefined && (state === 'provisional' || state === 'partial') && (
        <path d={`M1 ${size * 0.6} V${size - 1} H${size * 0.4} Z`} className="notch" />
      )}
    </g>
  )
}

function drawing(state: DayState, size: number): string {
  const near = size * 0.3
  const far = size - near
  const middle = size / 2
  switch (state) {
    case 'provisional':
      // The lower half, cut from corner to corner.
      return `M1 ${size - 1} L${size - 1} 1 V${size - 1} Z`
    case 'partial':
      // The lower quarter: of the day, a part is there.
      return `M1 ${size * 0.7} H${size - 1} V${size - 1} H1 Z`
    case 'closed':
      return `M${near} ${far} L${far} ${near}`
    case 'empty':
      return `M${near} ${middle} H${far}`
    case 'failed':
      return `M${near} ${near} L${far} ${far} M${far} ${near} L${near} ${far}`
    case 'fetching':
      return `M${middle} ${near} V${far} M${near} ${middle} L${middle} ${far} L${far} ${middle}`
    default:
      return ''
  }
}
