/** A file to the server, to be tried or to be imported. */
import type { ImportSummary } from '#server/products/file-schema.ts'
import { answered, gotNoAnswer } from '#client/ui/connection.ts'
import { Refusal } from '#client/ui/describe-error.ts'
import type { ReadingOptions } from './reading-options.tsx'

interface SendOptions {
  dryRun: boolean
  reading: ReadingOptions
}

export async function sendFile(file: Blob, { dryRun, reading }: SendOptions): Promise<ImportSummary> {
  const options = Object.entries({ ...reading, dry_run: dryRun, rejected_csv: !dryRun })
  const query = new URLSearchParams(options.map(([name, value]) => [name, String(value)]))
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
  }
  const places = problem.errors
    ?.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer.slice(1)}: ${detail}`))
    .join('; ')
  throw new Refusal({ ...problem, detail: places === undefined ? problem.detail : `${places}.` })
}
