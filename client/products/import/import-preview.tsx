import type { ImportSummary } from '#server/products/file-schema.ts'
import { plural } from '#client/ui/format.ts'
import { takeFocus } from '#client/ui/modal.tsx'
import { ColumnMapping } from './column-mapping.tsx'
import { ReadingOptionsForm, type ReadingOptions } from './reading-options.tsx'
import { Problems, Tally } from './summary.tsx'

export interface TriedFile {
  file: File
  /** The header and the first lines. */
  head: string[][]
  summary: ImportSummary
}

interface ImportPreviewProps {
  tried: TriedFile
  reading: ReadingOptions
  onReading: (options: ReadingOptions) => void
  onBack: () => void
  onImport: () => void
}

/** What the file would do, as the server answered to a dry run. */
export function ImportPreview({ tried, reading, onReading, onBack, onImport }: ImportPreviewProps) {
  const { file, head, summary } = tried
  const size = summary.created + summary.updated
  return (
    <>
      <Tally summary={summary} />
      <HowRead summary={summary} />
      <Problems summary={summary} />
      <ReadingOptionsForm options={reading} width={head[0]?.length} onChange={onReading} />
      <ColumnMapping
        name={file.name}
        head={head}
        read={summary.file}
        reading={reading}
        onChange={onReading}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onBack}>
          Choose another file
        </button>
        <button
          type="button"
          className="button primary"
          ref={takeFocus}
          disabled={size === 0}
          onClick={onImport}
        >
          Import {plural(size, 'product')}
        </button>
      </div>
    </>
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
