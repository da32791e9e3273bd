/** The field inside a cell. Enter saves, Tab saves and goes on, Escape leaves; clicking elsewhere saves, too. */
import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { mannerOf } from '#client/ui/read-number.ts'
import { asTyped, readCell } from './cell-value.ts'
import { FIELD_NAMES, type Field, type Product } from './columns.ts'

export type Leave = 'stay' | 'forward' | 'backward'

interface CellEditorProps {
  /** As it was when the cell was opened. */
  product: Product
  /** The value that another client has written into this cell since. */
  changedTo: string | undefined
  field: Field
  value: string | number
  typed: string | undefined
  onSave: (value: string | number, leave: Leave) => void
  onCancel: () => void
}

const manner = mannerOf()

export function CellEditor(props: CellEditorProps) {
  const { product, changedTo, field, value, typed, onSave, onCancel } = props
  const [mistake, setMistake] = useState<string>()
  const left = useRef(false)
  const noteId = useId()

  const save = (text: string, leave: Leave) => {
    const read = readCell(text, { product, field, manner })
    if ('mistake' in read) {
      setMistake(read.mistake)
      return
    }
    left.current = true
    onSave(read.value, leave)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    event.stopPropagation()
    if (event.key === 'Enter') save(event.currentTarget.value, 'stay')
    else if (event.key === 'Tab') save(event.currentTarget.value, event.shiftKey ? 'backward' : 'forward')
    else if (event.key === 'Escape') {
      left.current = true
      onCancel()
    } else return
    event.preventDefault()
  }

  return (
    <span className="cell-editor">
      <input
        ref={focusAtStart}
        inputMode={field === 'price' ? 'decimal' : 'numeric'}
        autoComplete="off"
        aria-label={`New ${FIELD_NAMES[field]} of ${product.name}`}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake === undefined && changedTo === undefined ? undefined : noteId}
        defaultValue={typed ?? asTyped(value, manner)}
        data-typed={typed !== undefined}
        onChange={() => setMistake(undefined)}
        onKeyDown={onKeyDown}
        onBlur={(event) => {
          // Going to another window is not leaving the cell.
          const away = document.activeElement === event.currentTarget
          if (!left.current && !away) save(event.currentTarget.value, 'stay')
        }}
      />
      {mistake !== undefined ? (
        <span ref={bringIntoSight} className="cell-note mistake" id={noteId} role="alert">
          {mistake}
        </span>
      ) : (
        changedTo !== undefined && (
          <span ref={bringIntoSight} className="cell-note" id={noteId} role="alert">
            Changed to {changedTo} just now. Saving will ask which one stays.
          </span>
        )
      )}
    </span>
  )
}

/** Below the last row in view it would not be seen. */
function bringIntoSight(note: HTMLElement | null): void {
  note?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** What was typed over the cell is gone on with; a value that was there is selected, to be replaced or changed. */
function focusAtStart(input: HTMLInputElement | null): void {
  if (!input) return
  input.focus({ preventScroll: true })
  if (input.dataset['typed'] !== 'true') input.select()
}
