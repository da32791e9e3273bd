/** The steps of an import: a file is chosen, tried as often as its reading is changed, and imported. */
import { useState } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { plural } from '#client/ui/format.ts'
import { headOf } from './file-head.ts'
import type { TriedFile } from './import-preview.tsx'
import type { ReadingOptions } from './reading-options.tsx'
import { savedReading, saveReading } from './saved-readings.ts'
import { FileRefusal, sendFile } from './send-file.ts'

export interface FailedStep {
  at: 'failed'
  error: unknown
  retry: () => void
  file: File
  /** Empty where the file could not be understood so far. */
  head: string[][]
}

type Step =
  | { at: 'choose' }
  | { at: 'busy'; what: string }
  | { at: 'tried'; tried: TriedFile }
  | { at: 'done'; summary: TriedFile['summary'] }
  | FailedStep

async function tried(file: File, reading: ReadingOptions): Promise<Step> {
  const summary = await sendFile(file, { dryRun: true, reading })
  return { at: 'tried', tried: { file, head: await headOf(file, summary.file), summary } }
}

export function useImport(onImported: () => void) {
  const [step, setStep] = useState<Step>({ at: 'choose' })
  const [reading, setReading] = useState<ReadingOptions>({})

  const run = async (file: File, work: () => Promise<Step>) => {
    const retry = () => void run(file, work)
    try {
      setStep(await work())
    } catch (error) {
      const read = error instanceof FileRefusal ? error.file : undefined
      setStep({ at: 'failed', error, retry, file, head: read ? await headOf(file, read) : [] })
    }
  }
  const tryFile = (file: File, options: ReadingOptions) => {
    setReading(options)
    return run(file, () => tried(file, options))
  }
  const chooseFile = async (file: File) => {
    setStep({ at: 'busy', what: `Checking ${file.name}…` })
    await tryFile(file, (await savedReading(file)) ?? {})
  }
  const importFile = ({ file }: TriedFile) => {
    setStep({ at: 'busy', what: `Importing ${file.name}…` })
    return run(file, async () => {
      const summary = await sendFile(file, { dryRun: false, reading })
      await saveReading(file, reading)
      announce(`${plural(summary.created + summary.updated, 'product')} imported.`)
      onImported()
      return { at: 'done', summary }
    })
  }
  return {
    step,
    reading,
    chooseFile: (file: File) => void chooseFile(file),
    /** What was read so far stays in view meanwhile. */
    readAgain: (options: ReadingOptions) => {
      if (step.at === 'failed') void tryFile(step.file, options)
      if (step.at === 'tried') void tryFile(step.tried.file, options)
    },
    importFile: () => {
      if (step.at === 'tried') void importFile(step.tried)
    },
    restart: () => setStep({ at: 'choose' }),
  }
}
