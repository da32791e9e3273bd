/** Two people changed the same cell: both values side by side, and nothing is written until one is chosen. */
import { moment } from '#client/ui/format.ts'
import { Modal } from '#client/ui/modal.tsx'
import { editKey, type HeldEdit } from './edits.ts'
import { edits } from './use-edits.ts'
import { nameOf, shown, valueShown } from './value-labels.ts'

interface ConflictDialogProps {
  edit: HeldEdit | undefined
  /** Neither was chosen; the cell goes on to say that there is a conflict. */
  onLater: () => void
}

export function ConflictDialog({ edit, onLater }: ConflictDialogProps) {
  if (!edit?.theirs) return null
  const { product, field, theirs } = edit
  const mine = valueShown(edit.mine, edit)
  const other = shown(theirs, field)
  return (
    <Modal
      // Another conflict is another question: the key that answered this one must not answer it, too.
      key={editKey(product.id, field)}
      kind="dialog"
      title={`${nameOf(edit)} changed while you were editing`}
      startsAt="nothing"
      onClose={onLater}
    >
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
      <p className="quiet-text">Their value is saved; yours is not yet.</p>
      <div className="dialog-actions">
        <button type="button" className="button quiet" onClick={onLater}>
          Decide later
        </button>
        <button type="button" className="button" onClick={() => edits.keepTheirs(edit)}>
          Keep theirs, {other}
        </button>
        <button type="button" className="button primary" onClick={() => void edits.writeMine(edit)}>
          Use mine, {mine}
        </button>
      </div>
    </Modal>
  )
}
