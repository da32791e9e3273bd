/** Which figures the table shows: as this browser was told last, else all. */
import { useState } from 'react'
import type { FigureColumn } from './columns.ts'

const STORED_AS = 'adstock.ads-hidden-columns'

export function useShownColumns(all: readonly FigureColumn[]) {
  const [hidden, setHidden] = useState(readHidden)
  const shown = all.filter(({ id }) => !hidden.includes(id))
  const toggle = (id: string) => {
    const next = hidden.includes(id) ? hidden.filter((each) => each !== id) : [...hidden, id]
    setHidden(next)
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(next))
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
  return { shown, toggle }
}

function readHidden(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]')
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}
