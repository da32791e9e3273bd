/** A CSV file: what it would do, line by line where it cannot, and only then the import itself. */
import type { ReactNode } from 'react'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { FileChoice } from './file-choice.tsx'
import { ImportPreview } from './import-preview.tsx'
import { RecentImports } from './recent-imports.tsx'
import { Problems, Tally } from './summary.tsx'
import { Undone } from './undone.tsx'
import { useImport } from './use-import.ts'

interface ImportDialogProps {
  onImported: () => void
  onClose: () => void
}

export default function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const { step, reading, chooseFile, readAgain, importFile, undoImport, restart } = useImport(onImported)
  return (
    <Modal kind="dialog" title="Import products" onClose={onClose}>
      {step.at === 'choose' && (
        <>
          <FileChoice onFile={chooseFile} />
          <RecentImports onUndo={undoImport} />
        </>
      )}
      {step.at === 'busy' && <output>{step.what}</output>}
      {step.at === 'read' && (
        <ImportPreview
          step={step}
          reading={reading}
          onReading={readAgain}
          onBack={restart}
          onImport={importFile}
        />
      )}
      {step.at === 'done' && <Done summary={step.summary} onUndo={undoImport} onClose={onClose} />}
      {step.at === 'not-undone' && <ErrorState error={step.error} retry={step.retry} />}
      {step.at === 'undone' && (
        <>
          <Undone undone={step.undone} />
          <DialogEnd onClose={onClose} />
        </>
      )}
    </Modal>
  )
}

interface DoneProps {
  summary: ImportSummary
  onUndo: (id: number) => void
  onClose: () => void
}

function Done({ summary, onUndo, onClose }: DoneProps) {
  const { import_id: id } = summary
  return (
    <>
      <Tally summary={summary} done />
      <Problems summary={summary} />
      <DialogEnd onClose={onClose}>
        {id !== undefined && (
          <button type="button" className="button" onClick={() => onUndo(id)}>
            Undo this import
          </button>
        )}
      </DialogEnd>
    </>
  )
}

function DialogEnd({ children, onClose }: { children?: ReactNode; onClose: () => void }) {
  return (
    <div className="dialog-actions">
      {children}
      <button type="button" className="button primary" ref={takeFocus} onClick={onClose}>
        Done
      </button>
    </div>
  )
}
