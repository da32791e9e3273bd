import type { ImportSummary } from '#server/products/file-schema.ts'
import { plural } from '#client/ui/format.ts'
import { takeFocus } from '#client/ui/modal.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { ColumnMapping } from './column-mapping.tsx'
import { ReadingOptionsForm, type ReadingOptions } from './reading-options.tsx'
import { Problems, Tally } from './summary.tsx'
import type { ReadStep } from './use-import.ts'

interface ImportPreviewProps {
  step: ReadStep
  reading: ReadingOptions
  onReading: (options: ReadingOptions) => void
  onBack: () => void
  onImport: () => void
}

/** What the file would do, or why it cannot be read; how it is read stays in view, whichever it is. */
export function ImportPreview({ step, reading, onReading, onBack, onImport }: ImportPreviewProps) {
  const { file, head, read, outcome } = step
  const summary = 'summary' in outcome ? outcome.summary : undefined
  return (
    <>
      {'error' in outcome && <ErrorState error={outcome.error} retry={outcome.retry} />}
      {summary && <Outcome summary={summary} />}
      <ReadingOptionsForm options={reading} isOpen={!summary} width={head[0]?.length} onChange={onReading} />
      <ColumnMapping name={file.name} head={head} read={read} reading={reading} onChange={onReading} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onBack}>
          Choose another file
        </button>
        {summary && <ImportButton size={summary.created + summary.updated} onImport={onImport} />}
      </div>
    </>
  )
}

function Outcome({ summary }: { summary: ImportSummary }) {
  return (
    <>
      <Tally summary={summary} />
      <HowRead summary={summary} />
      <Problems summary={summary} />
    </>
  )
}

function ImportButton({ size, onImport }: { size: number; onImport: () => void }) {
  return (
    <button type="button" className="button primary" ref={takeFocus} disabled={size === 0} onClick={onImport}>
      Import {plural(size, 'product')}
    </button>
  )
}

/** What was found out of the file, where it is not a plain one of ours. */
function HowRead({ summary: { file } }: { summary: ImportSummary }) {
  if (!file) return null
  const { preset, ignored_columns: ignored } = file
  return (
    <p className="quiet-text">
      {preset !== null && `This is an export of ${preset}. `}
      {ignored.length > 0 && `Left out: ${ignored.join(', ')}.`}
    </p>
  )
}
