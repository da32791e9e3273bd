/** How this browser shows the page: kept in it, and told to the style sheet by attributes of the root. */
import { keptStore } from './kept.ts'
import { createStore } from './store.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export const DENSITIES = ['comfortable', 'compact'] as const

interface Appearance {
  theme: (typeof THEMES)[number]
  density: (typeof DENSITIES)[number]
}

export const appearance = keptStore<Appearance>(
  'adstock.appearance',
  { theme: 'system', density: 'comfortable' },
  (kept) => {
    const { theme, density } = Object(kept) as Record<string, unknown>
    return {
      theme: THEMES.find((each) => each === theme) ?? 'system',
      density: DENSITIES.find((each) => each === density) ?? 'comfortable',
    }
  },
)

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
