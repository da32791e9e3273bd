/** How far this browser had followed the products when it was last here. */
import * as v from 'valibot'

const KEY = 'adstock.last-visit'

const LastVisit = v.object({ seq: v.number(), at: v.pipe(v.string(), v.isoTimestamp()) })
type LastVisit = v.InferOutput<typeof LastVisit>

function readLastVisit(): LastVisit | undefined {
  try {
    return v.parse(LastVisit, JSON.parse(localStorage.getItem(KEY) ?? ''))
  } catch {
    return undefined
  }
}

/** Before this page was opened. Undefined on the first visit, and where nothing may be stored. */
export const lastVisit = readLastVisit()

export function rememberVisit(visit: LastVisit): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(visit))
  } catch {
    // Private windows may refuse it; then every visit is the first.
  }
}
