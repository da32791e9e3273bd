/** One field for everywhere: places, products, campaigns, dates and actions, by what they are called. */
import { useId, useState, type KeyboardEvent } from 'react'
import { Modal } from '#client/ui/modal.tsx'
import { useChoices, type Choice, type PlaceChoice } from './choices.ts'

interface PaletteProps {
  places: readonly PlaceChoice[]
  mayReadAds: boolean
  onChoose: (choice: Choice['does']) => void
  onClose: () => void
}

export default function Palette({ places, mayReadAds, onChoose, onClose }: PaletteProps) {
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [today] = useState(() => new Date().toISOString().slice(0, 10))
  const choices = useChoices(typed, { places, mayReadAds, today })
  const active = Math.min(at, choices.length - 1)

  const choose = (choice: Choice | undefined) => {
    if (!choice) return
    onClose()
    onChoose(choice.does)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((active + step + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter') choose(choices[active])
    else return
    event.preventDefault()
  }
  return (
    <Modal kind="dialog" title="Go to, find or do" onClose={onClose}>
      <input
        className="field palette-field"
        role="combobox"
        aria-label="Product, campaign, date, place or action"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={choices[active] && `${listId}-${active}`}
        placeholder="A product, a SKU, oct 2025, import…"
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      {/* The pattern of a combobox with a list: the field has the keyboard, the list only shows where it is. */}
      {/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/click-events-have-key-events -- a select could not be searched so */}
      <ul id={listId} className="palette-list" role="listbox" aria-label="What there is">
        {choices.map((choice, index) => (
          <li
            key={choice.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => choose(choice)}
          >
            <span className="palette-kind">{choice.kind}</span>
            <span className="palette-name">{choice.name}</span>
            {choice.note !== undefined && <span className="quiet-text">{choice.note}</span>}
          </li>
        ))}
      </ul>
      {choices.length === 0 && <p className="quiet-text">Nothing is called so.</p>}
    </Modal>
  )
}
