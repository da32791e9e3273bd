/** A file to the server, to be tried or to be imported. */
import type { ImportSummary } from '#server/products/file-schema.ts'
import { answered, gotNoAnswer } from '#client/ui/connection.ts'
import { Refusal } from '#client/ui/describe-error.ts'
import type { ReadingOptions } from './reading-options.tsx'

/** A file that could not be read, and how far it was understood. */
export class FileRefusal extends Refusal {
  readonly file: ImportSummary['file']
  constructor(problem: ConstructorParameters<typeof Refusal>[0], file: ImportSummary['file']) {
    super(problem)
    this.file = file
  }
}

interface SendOptions {
  dryRun: boolean
  reading: ReadingOptions
}

export async function sendFile(file: Blob, { dryRun, reading }: SendOptions): Promise<ImportSummary> {
  const { map = {}, columns, ...plain } = reading
  const options = Object.entries({ ...plain, dry_run: dryRun, rejected_csv: !dryRun })
  const query = new URLSearchParams(options.map(([name, value]) => [name, String(value)]))
  const mappings = Object.entries(map).map(([heading, field]) => `${heading}=${field}`)
  if (columns) query.set('columns', columns.join(','))
  if (mappings.length > 0) query.set('map', mappings.join(','))
  const answer = await fetch(`/v1/products/import?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: file,
  }).catch((error: unknown) => {
    gotNoAnswer(error)
    throw error
  })
  answered()
  if (answer.ok) return (await answer.json()) as ImportSummary
  const problem = (await answer.json()) as ConstructorParameters<typeof Refusal>[0] & {
    errors?: readonly { pointer: string; detail: string }[]
    file?: ImportSummary['file']
  }
  const places = problem.errors
    ?.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer.slice(1)}: ${detail}`))
    .join('; ')
  throw new FileRefusal(
    { ...problem, detail: places === undefined ? problem.detail : `${places}.` },
    problem.file,
  )
}
