/** A CSV file: what it would do, line by line where it cannot, and only then the import itself. */
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { FileChoice } from './file-choice.tsx'
import { ImportPreview } from './import-preview.tsx'
import { Problems, Tally } from './summary.tsx'
import { useImport } from './use-import.ts'

interface ImportDialogProps {
  onImported: () => void
  onClose: () => void
}

export default function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const { step, reading, chooseFile, readAgain, importFile, restart } = useImport(onImported)
  return (
    <Modal kind="dialog" title="Import products" onClose={onClose}>
      {step.at === 'choose' && <FileChoice onFile={chooseFile} />}
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
      {step.at === 'done' && (
        <>
          <Tally summary={step.summary} done />
          <Problems summary={step.summary} />
          <div className="dialog-actions">
            <button type="button" className="button primary" ref={takeFocus} onClick={onClose}>
              Done
            </button>
          </div>
        </>
      )}
    </Modal>
  )
}
