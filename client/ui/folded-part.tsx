/** A part of the place that is asked for seldom: what is in it is read when it is opened. */
import { useState, type ReactNode } from 'react'

export function FoldedPart({ title, children }: { title: string; children: ReactNode }) {
  const [wasOpened, setOpened] = useState(false)
  return (
    <details className="folded-part" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{title}</summary>
      {wasOpened && <div>{children}</div>}
    </details>
  )
}
