/** The frame that every place has: a heading with its tools, the content, and one quiet line of status. */
import { useEffect, useRef, type ReactNode } from 'react'
import { useSilentSince } from './connection.ts'

interface PlaceProps {
  title: string
  /** Beside the heading. */
  label?: ReactNode
  tools?: ReactNode
  status: ReactNode
  children: ReactNode
}

export function Place({ title, label, tools, status, children }: PlaceProps) {
  const silent = useSilentSince() !== undefined
  useEffect(() => {
    document.title = `${title} · Adstock`
  }, [title])
  const heading = useRef<HTMLHeadingElement>(null)
  // One has come here, and there was nothing of the place yet that could have the focus.
  useEffect(() => {
    if (document.activeElement?.id === 'main') heading.current?.focus()
  }, [])
  return (
    <>
      <header className="place-header">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {label}
        <div className="place-tools">{tools}</div>
      </header>
      <div className="place-content">{children}</div>
      <footer className="status-line">
        <span className="status-words">{status}</span>
        <span className="connection" data-silent={silent}>
          {silent ? 'No answer from the server' : 'Connected'}
        </span>
      </footer>
    </>
  )
}
