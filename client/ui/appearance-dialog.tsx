import { appearance, DENSITIES, THEMES } from './appearance.ts'
import { Modal } from './modal.tsx'
import { Segmented } from './segmented.tsx'
import { useStore } from './store.ts'

const THEME_LABELS = { system: 'As the system', light: 'Light', dark: 'Dark' }
const DENSITY_LABELS = { comfortable: 'Comfortable', compact: 'Compact' }

export default function AppearanceDialog({ onClose }: { onClose: () => void }) {
  const chosen = useStore(appearance)
  return (
    <Modal kind="dialog" title="Appearance" description="Kept in this browser." onClose={onClose}>
      <Segmented
        label="Theme"
        value={chosen.theme}
        choices={THEMES.map((value) => ({ value, label: THEME_LABELS[value] }))}
        onChange={(theme) => appearance.set({ ...chosen, theme })}
      />
      <Segmented
        label="Density of tables and cards"
        value={chosen.density}
        choices={DENSITIES.map((value) => ({ value, label: DENSITY_LABELS[value] }))}
        onChange={(density) => appearance.set({ ...chosen, density })}
      />
    </Modal>
  )
}
