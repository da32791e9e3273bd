/** Two people changed the same cell: both values side by side, and nothing is written until one is chosen. */
import { useEffect, useRef } from 'react'
import { moment } from '#client/ui/format.ts'
import type { HeldEdit } from './edits.ts'
import { edits } from './use-edits.ts'
import { nameOf, shown, valueShown } from './value-words.ts'

interface ConflictDialogProps {
  edit: HeldEdit | undefined
  /** Neither was chosen; the cell goes on to say that there is a conflict. */
  onLater: () => void
}

export function ConflictDialog({ edit, onLater }: ConflictDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const isOpen = edit !== undefined
  useEffect(() => {
    if (isOpen) {
      dialog.current?.showModal()
      // Not a button: an Enter that was meant for the table must not choose.
      dialog.current?.focus()
    } else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      className="dialog conflict-dialog"
      tabIndex={-1}
      aria-labelledby="conflict-title"
      onClose={onLater}
    >
      {edit?.theirs && <Choice edit={edit} theirs={edit.theirs} onLater={onLater} />}
    </dialog>
  )
}

type Theirs = NonNullable<HeldEdit['theirs']>

function Choice({ edit, theirs, onLater }: { edit: HeldEdit; theirs: Theirs; onLater: () => void }) {
  const mine = valueShown(edit.mine, edit)
  const other = shown(theirs, edit.field)
  return (
    <>
      <h2 id="conflict-title">{nameOf(edit)} was changed meanwhile</h2>
      <dl className="versions">
        <div>
          <dt>You saw</dt>
          <dd>{valueShown(edit.seen, edit)}</dd>
        </div>
        <div>
          <dt>Yours</dt>
          <dd>{mine}</dd>
        </div>
        <div>
          <dt>Theirs</dt>
          <dd>{other}</dd>
          <dd className="when">{moment(theirs.updated_at)}</dd>
        </div>
      </dl>
      <p className="quiet-text">Theirs is stored now; yours is not written yet.</p>
      <div className="dialog-actions">
        <button type="button" className="button quiet" onClick={onLater}>
          Decide later
        </button>
        <button type="button" className="button" onClick={() => edits.keepTheirs(edit)}>
          Keep theirs, {other}
        </button>
        <button type="button" className="button primary" onClick={() => void edits.writeMine(edit)}>
          Write mine, {mine}
        </button>
      </div>
    </>
  )
}
