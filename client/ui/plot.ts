/** What every drawing of uPlot has in common: it fills its frame, and has the colours and the text of the page. */
import type uPlot from 'uplot'
import { appearance } from './appearance.ts'

/** Of the page's text. */
const SMALL = 0.7
/** Digits are about this wide, in parts of the text's height. */
const DIGIT_WIDTH = 0.65

/** Draws anew when the colours change, and keeps it as wide as its frame. @returns a function that ends it */
export function keepDrawn(frame: HTMLElement, draw: (width: number) => uPlot): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let drawn = draw(frame.clientWidth)
  const again = () => {
    drawn.destroy()
    drawn = draw(frame.clientWidth)
  }
  dark.addEventListener('change', again)
  const stopAppearance = appearance.subscribe(again)
  const observer = new ResizeObserver(() => drawn.setSize({ width: frame.clientWidth, height: drawn.height }))
  observer.observe(frame)
  return () => {
    observer.disconnect()
    dark.removeEventListener('change', again)
    stopAppearance()
    drawn.destroy()
  }
}

/** @param name of a property whose value depends on the theme: only an element tells what it comes to */
export function themeColor(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export function axisText() {
  const { fontSize, fontFamily } = getComputedStyle(document.documentElement)
  // Whole, or the chart scales only what stands behind the point on a screen of double density.
  const textPx = Math.round(Number.parseFloat(fontSize) * SMALL)
  return {
    style: { stroke: themeColor('--quiet'), font: `${textPx}px ${fontFamily}`, ticks: { show: false } },
    /** In which the labels find room. */
    widthOf: (labels: readonly string[] | null) =>
      Math.ceil(Math.max(0, ...(labels ?? []).map(({ length }) => length)) * textPx * DIGIT_WIDTH) + 12,
  }
}

/** Of an axis of dates, `Nov 25`. */
export function axisDate(date: string | undefined): string {
  if (date === undefined) return ''
  return new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', month: 'short', day: 'numeric' }).format(
    new Date(date),
  )
}
