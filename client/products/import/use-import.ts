/** The steps of an import: a file is chosen, read as often as its reading is changed, and imported. */
import { useRef, useState } from 'react'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { announce } from '#client/ui/announce.tsx'
import { plural } from '#client/ui/format.ts'
import { client } from '#client/ui/trpc.ts'
import { undoStack } from '#client/products/use-edits.ts'
import { headOf } from './file-head.ts'
import { importStep } from './import-step.ts'
import type { ReadingOptions } from './reading-options.tsx'
import { savedReading, saveReading } from './saved-readings.ts'
import { FileRefusal, sendFile } from './send-file.ts'
import type { UndoneImport } from './undone.tsx'

/** What the server says of the file, without an import. */
export interface ReadStep {
  at: 'read'
  file: File
  /** The header and the first lines; empty where the file could not be understood so far. */
  head: string[][]
  read: ImportSummary['file']
  outcome: { summary: ImportSummary } | { error: unknown; retry: () => void }
}

type Step =
  | { at: 'choose' }
  | { at: 'busy'; what: string }
  | ReadStep
  | { at: 'done'; summary: ImportSummary }
  | { at: 'undone'; undone: UndoneImport }
  | { at: 'not-undone'; error: unknown; retry: () => void }

async function dryRun(file: File, reading: ReadingOptions): Promise<Step> {
  const summary = await sendFile(file, { dryRun: true, reading })
  const read = summary.file
  return { at: 'read', file, head: await headOf(file, read), read, outcome: { summary } }
}

export function useImport(onImported: () => void) {
  const [step, setStep] = useState<Step>({ at: 'choose' })
  const [reading, setReading] = useState<ReadingOptions>({})
  /** Of the newest request: what an older one is answered is of no interest any more. */
  const newest = useRef(0)

  const run = async (file: File, work: () => Promise<Step>) => {
    const own = ++newest.current
    const retry = () => void run(file, work)
    const next = await work().catch(async (error: unknown): Promise<Step> => {
      const read = error instanceof FileRefusal ? error.file : undefined
      const head = read ? await headOf(file, read) : []
      return { at: 'read', file, head, read, outcome: { error, retry } }
    })
    if (own === newest.current) setStep(next)
  }
  const readFile = (file: File, options: ReadingOptions) => {
    setReading(options)
    return run(file, () => dryRun(file, options))
  }
  const chooseFile = async (file: File) => {
    setStep({ at: 'busy', what: `Checking ${file.name}…` })
    await readFile(file, (await savedReading(file)) ?? {})
  }
  const importFile = (file: File) => {
    setStep({ at: 'busy', what: `Importing ${file.name}…` })
    return run(file, async () => {
      const send = () => sendFile(file, { dryRun: false, reading })
      const summary = await send()
      const imported = importStep(summary, send)
      if (imported) undoStack.push(imported)
      await saveReading(file, reading)
      announce(`${plural(summary.created + summary.updated, 'product')} imported.`)
      onImported()
      return { at: 'done', summary }
    })
  }
  const undoImport = async (id: number) => {
    const own = ++newest.current
    setStep({ at: 'busy', what: 'Undoing the import…' })
    const next = await client.products.undoImport.mutate({ id }).then(
      (undone): Step => ({ at: 'undone', undone }),
      (error: unknown): Step => ({ at: 'not-undone', error, retry: () => void undoImport(id) }),
    )
    if (own === newest.current) setStep(next)
    if (next.at !== 'undone') return
    announce('The import is undone.')
    onImported()
  }
  return {
    step,
    reading,
    chooseFile: (file: File) => void chooseFile(file),
    /** What was read so far stays in view meanwhile. */
    readAgain: (options: ReadingOptions) => {
      if (step.at === 'read') void readFile(step.file, options)
    },
    importFile: () => {
      if (step.at === 'read') void importFile(step.file)
    },
    undoImport: (id: number) => void undoImport(id),
    restart: () => {
      newest.current += 1
      setStep({ at: 'choose' })
    },
  }
}
