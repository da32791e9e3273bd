/** The frame that every place has: a heading with its tools, the content, and one quiet line of status. */
import { useEffect, type ReactNode } from 'react'
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
  return (
    <>
      <header className="place-header">
        <h1>{title}</h1>
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
