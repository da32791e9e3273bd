/** A CSV file: what it would do, line by line where it cannot, and only then the import itself. */
import { useState } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { plural } from '#client/ui/format.ts'
import { Modal, takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { FileChoice } from './file-choice.tsx'
import { headOf } from './file-head.ts'
import { ImportPreview, type TriedFile } from './import-preview.tsx'
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
  | { at: 'failed'; error: unknown; retry: () => void }

export default function ImportDialog({ onImported, onClose }: ImportDialogProps) {
  const [step, setStep] = useState<Step>({ at: 'choose' })

  const run = async (what: string, work: () => Promise<Step>) => {
    setStep({ at: 'busy', what })
    const retry = () => void run(what, work)
    setStep(await work().catch((error: unknown): Step => ({ at: 'failed', error, retry })))
  }
  const tryFile = (file: File) =>
    run(`Checking ${file.name}…`, async () => {
      const [head, summary] = await Promise.all([headOf(file), sendFile(file, { dryRun: true })])
      return { at: 'tried', tried: { file, head, summary } }
    })
  const importFile = ({ file }: TriedFile) =>
    run(`Importing ${file.name}…`, async () => {
      const summary = await sendFile(file, { dryRun: false })
      announce(`${plural(summary.created + summary.updated, 'product')} imported.`)
      onImported()
      return { at: 'done', summary }
    })

  return (
    <Modal kind="dialog" title="Import products" onClose={onClose}>
      {step.at === 'choose' && <FileChoice onFile={(file) => void tryFile(file)} />}
      {step.at === 'busy' && <output>{step.what}</output>}
      {step.at === 'failed' && (
        <>
          <ErrorState error={step.error} retry={step.retry} />
          <Again onAgain={() => setStep({ at: 'choose' })} />
        </>
      )}
      {step.at === 'tried' && (
        <ImportPreview
          tried={step.tried}
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
