/** How this browser shows the page: kept in it, and told to the style sheet by attributes of the root. */
import * as v from 'valibot'
import { keptStore } from './kept.ts'
import { createStore } from './store.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export const DENSITIES = ['comfortable', 'compact'] as const

const Appearance = v.object({ theme: v.picklist(THEMES), density: v.picklist(DENSITIES) })
export type Appearance = v.InferOutput<typeof Appearance>

const AS_THE_SYSTEM: Appearance = { theme: 'system', density: 'comfortable' }

export const appearance = keptStore('adstock.appearance', AS_THE_SYSTEM, (kept) => {
  const read = v.safeParse(Appearance, kept)
  return read.success ? read.output : undefined
})

/** Whether its dialog is shown, which is opened from several places. */
export const appearanceIsOpen = createStore(false)

/** From now on, and at once. */
export function applyAppearance(): void {
  const apply = () => {
    const { theme, density } = appearance.get()
    Object.assign(document.documentElement.dataset, { theme, density })
  }
  apply()
  appearance.subscribe(apply)
}
