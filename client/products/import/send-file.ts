/** A file to the server, to be tried or to be imported. */
import type { ImportSummary } from '#server/products/schema.ts'
import { answered, gotNoAnswer } from '#client/ui/connection.ts'
import { Refusal } from '#client/ui/describe-error.ts'

export async function sendFile(file: Blob, { dryRun }: { dryRun: boolean }): Promise<ImportSummary> {
  const answer = await fetch(`/v1/products/import${dryRun ? '?dry_run=true' : ''}`, {
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
  const places = problem.errors?.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join('; ')
  throw new Refusal({ ...problem, detail: places === undefined ? problem.detail : `${places}.` })
}
