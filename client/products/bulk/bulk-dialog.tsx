/** Changes all selected products at once: what to change, what would come of it, and only then the change itself. */
import { useState } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { count, plural } from '#client/ui/format.ts'
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import type { RowBlocks } from '#client/products/rows/row-blocks.ts'
import { rowsIn, type Selection } from '#client/products/selection.ts'
import { MAX_ROWS } from '#client/products/use-clipboard.ts'
import type { BulkChange } from './bulk-change.ts'
import { BulkForm } from './bulk-form.tsx'
import { BulkPreview } from './bulk-preview.tsx'
import { carryOut, tryOut, type Done, type Tried } from './bulk-run.ts'
import { RefusedList } from './refused-list.tsx'

interface BulkDialogProps {
  rows: RowBlocks
  selection: Selection
  onClose: () => void
}

export default function BulkDialog({ rows, selection, onClose }: BulkDialogProps) {
  const size = Math.min(rowsIn(selection), rows.count)
  return (
    <Modal kind="dialog" title={`Change ${plural(size, 'product')}`} onClose={onClose}>
      {size > MAX_ROWS ? (
        <p>
          At most {count(MAX_ROWS)} products at once. For more, export them, change the file, and import it.
        </p>
      ) : (
        <Steps rows={rows} selection={selection} onClose={onClose} />
      )}
    </Modal>
  )
}

function Steps({ rows, selection, onClose }: BulkDialogProps) {
  const [tried, setTried] = useState<Tried>()
  const [done, setDone] = useState<Done>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    await work().catch(setError)
    setBusy(false)
  }
  const preview = (change: BulkChange) => run(async () => setTried(await tryOut(change, rows, selection)))
  const apply = (plan: Tried) =>
    run(async () => {
      const result = await carryOut(plan)
      setDone(result)
      announce(`${plural(result.changed, 'product')} changed.`)
    })

  if (error !== undefined) return <ErrorState error={error} retry={() => setError(undefined)} />
  if (done) return <Result done={done} onClose={onClose} />
  if (tried) {
    return (
      <BulkPreview
        tried={tried}
        busy={busy}
        onBack={() => setTried(undefined)}
        onApply={() => void apply(tried)}
      />
    )
  }
  return <BulkForm first={rows.row(selection.top)} busy={busy} onPreview={(change) => void preview(change)} />
}

function Result({ done: { changed, refused }, onClose }: { done: Done; onClose: () => void }) {
  return (
    <>
      <p>
        <strong>{plural(changed, 'product')} changed.</strong> {changed > 0 && 'Undo takes it all back.'}
      </p>
      <RefusedList title="Not changed" refused={refused} />
      <div className="dialog-actions">
        <button type="button" className="button primary" ref={takeFocus} onClick={onClose}>
          Done
        </button>
      </div>
    </>
  )
}
