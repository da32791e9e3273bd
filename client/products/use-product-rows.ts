/** The rows of a view, block by block as they are scrolled to. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { connection } from '#client/ui/connection.ts'
import { RowBlocks } from './rows/row-blocks.ts'
import { showRows } from './rows/visible-rows.ts'
import { sourceOf } from './rows/source.ts'
import type { View } from './use-view.ts'

const FIRST_SCREEN = 60

export interface ProductRows {
  rows: RowBlocks
  /** The first rows have not come yet. */
  loading: boolean
  /** These rows are still those of the view before. */
  stale: boolean
  error: unknown
  retry: () => void
  /** Reads them all again, from where one is. */
  reload: () => void
}

interface Reading {
  key: string
  rows: RowBlocks
  /** Shown until those that are asked for have come. */
  before: RowBlocks | undefined
}

function begin(view: View, { key, last }: { key: string; last?: Reading }): Reading {
  const before = last?.rows.loaded === true ? last.rows : last?.before
  return { key, rows: new RowBlocks(sourceOf(view)), before }
}

export function useProductRows(view: View): ProductRows {
  const key = JSON.stringify(view)
  const [reading, setReading] = useState(() => begin(view, { key }))
  if (reading.key !== key) setReading(begin(view, { key, last: reading }))
  const { rows: asked, before } = reading
  useSyncExternalStore(asked.subscribe, asked.revision)

  useEffect(() => {
    asked.show(0, FIRST_SCREEN)
    const stopShowing = showRows(asked)
    const stopWaiting = connection.onReturn(() => asked.retry())
    return () => {
      stopShowing()
      stopWaiting()
    }
  }, [asked])

  const stale = !asked.loaded && asked.error === undefined && before !== undefined
  return {
    rows: stale ? before : asked,
    loading: !asked.loaded && !stale,
    stale,
    error: asked.error,
    retry: () => asked.retry(),
    reload: () => setReading((last) => begin(view, { key, last })),
  }
}
