/** A CSV file: what it would do, line by line where it cannot, and only then the import itself. */
import { useState } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { plural } from '#client/ui/format.ts'
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { FileChoice } from './file-choice.tsx'
import { headOf } from './file-head.ts'
import { ImportPreview, type TriedFile } from './import-preview.tsx'
import { ReadingOptionsForm, type ReadingOptions } from './reading-options.tsx'
import { sendFile } from './send-file.ts'
import { Problems, Tally } from './summary.tsx'

interface ImportDialogProps {
  onImported: () => void
  onClose: () => void
}

type Step =
  | { at: 'choose' }
  | { at: 'busy'; what: string }
  | { at: 'tried'; tried: TriedFile }
  | { at: 'done'; summary: TriedFile['summary'] }
  | { at: 'failed'; error: unknown; retry: () => void; file: File }

export default function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const [step, setStep] = useState<Step>({ at: 'choose' })
  const [reading, setReading] = useState<ReadingOptions>({})

  const run = async (file: File, what: string, work: () => Promise<Step>) => {
    setStep({ at: 'busy', what })
    const retry = () => void run(file, what, work)
    setStep(await work().catch((error: unknown): Step => ({ at: 'failed', error, retry, file })))
  }
  const tryFile = (file: File, options: ReadingOptions) => {
    setReading(options)
    return run(file, `Checking ${file.name}…`, async () => {
      const summary = await sendFile(file, { dryRun: true, reading: options })
      return { at: 'tried', tried: { file, head: await headOf(file, summary), summary } }
    })
  }
  const importFile = ({ file }: TriedFile) =>
    run(file, `Importing ${file.name}…`, async () => {
      const summary = await sendFile(file, { dryRun: false, reading })
      announce(`${plural(summary.created + summary.updated, 'product')} imported.`)
      onImported()
      return { at: 'done', summary }
    })

  return (
    <Modal kind="dialog" title="Import products" onClose={onClose}>
      {step.at === 'choose' && <FileChoice onFile={(file) => void tryFile(file, {})} />}
      {step.at === 'busy' && <output>{step.what}</output>}
      {step.at === 'failed' && (
        <>
          <ErrorState error={step.error} retry={step.retry} />
          <ReadingOptionsForm
            options={reading}
            isOpen
            onChange={(options) => void tryFile(step.file, options)}
          />
          <Again onAgain={() => setStep({ at: 'choose' })} />
        </>
      )}
      {step.at === 'tried' && (
        <ImportPreview
          tried={step.tried}
          reading={reading}
          onReading={(options) => void tryFile(step.tried.file, options)}
          onBack={() => setStep({ at: 'choose' })}
          onImport={() => void importFile(step.tried)}
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

function Again({ onAgain }: { onAgain: () => void }) {
  return (
    <div className="dialog-actions">
      <button type="button" className="button" onClick={onAgain}>
        Choose another file
      </button>
    </div>
  )
}
