/** A CSV file: what it would do, line by line where it cannot, and only then the import itself. */
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { ColumnMapping } from './column-mapping.tsx'
import { FileChoice } from './file-choice.tsx'
import { ImportPreview } from './import-preview.tsx'
import { ReadingOptionsForm, type ReadingOptions } from './reading-options.tsx'
import { FileRefusal } from './send-file.ts'
import { Problems, Tally } from './summary.tsx'
import { useImport, type FailedStep } from './use-import.ts'

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
      {step.at === 'failed' && (
        <UnreadFile failed={step} reading={reading} onReading={readAgain} onBack={restart} />
      )}
      {step.at === 'tried' && (
        <ImportPreview
          tried={step.tried}
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

interface UnreadFileProps {
  failed: FailedStep
  reading: ReadingOptions
  onReading: (options: ReadingOptions) => void
  onBack: () => void
}

/** Why the file cannot be read as it is, and how it may be read instead. */
function UnreadFile({ failed: { error, retry, file, head }, reading, onReading, onBack }: UnreadFileProps) {
  return (
    <>
      <ErrorState error={error} retry={retry} />
      <ReadingOptionsForm options={reading} isOpen width={head[0]?.length} onChange={onReading} />
      <ColumnMapping
        name={file.name}
        head={head}
        read={error instanceof FileRefusal ? error.file : undefined}
        reading={reading}
        onChange={onReading}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onBack}>
          Choose another file
        </button>
      </div>
    </>
  )
}
