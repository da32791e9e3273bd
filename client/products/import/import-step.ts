/** A whole import, undone by the server as long as it keeps what the products were. */
import { problemOf } from '#client/api.ts'
import type { ImportSummary } from '#server/products/file-schema.ts'
import type { Step } from '#client/products/undo-stack.ts'
import { plural } from '#client/ui/format.ts'
import { client } from '#client/ui/trpc.ts'

/** @param send imports the same file again */
export function importStep(
  { import_id: id, created, updated }: ImportSummary,
  send: () => Promise<ImportSummary>,
): Step | undefined {
  if (id === undefined) return undefined
  return {
    words: `import of ${plural(created + updated, 'product')}`,
    at: undefined,
    async back() {
      try {
        return undoneStep(await client.products.undoImport.mutate({ id }), send)
      } catch (error) {
        // It was undone elsewhere, or is too old.
        if (problemOf(error)?.code === 'IMPORT_NOT_FOUND') return undefined
        throw error
      }
    },
  }
}

function undoneStep(
  { restored, removed, kept }: Awaited<ReturnType<typeof client.products.undoImport.mutate>>,
  send: () => Promise<ImportSummary>,
): Step {
  const left = kept === 0 ? '' : `; ${plural(kept, 'product')}, changed since, stay as they are`
  return {
    words: `import of ${plural(restored + removed, 'product')}${left}`,
    at: undefined,
    back: async () => importStep(await send(), send),
  }
}
