/** The frame that every place has: a heading with its tools, the content, and one quiet line of status. */
import { useEffect, useRef, type ReactNode } from 'react'
import { Link } from 'wouter'
import { appearanceIsOpen } from './appearance.ts'
import { attention, type Attention } from './attention.ts'
import { useSilentSince } from './connection.ts'
import { AppearanceIcon } from './icons.tsx'
import { useStore } from './store.ts'

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
  const needs = useStore(attention)
  const count = needs.reduce((sum, each) => sum + each.count, 0)
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${title} · Adstock`
  }, [title, count])
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
        <button
          type="button"
          className="button quiet narrow-only"
          aria-label="Appearance"
          onClick={() => appearanceIsOpen.set(true)}
        >
          <AppearanceIcon />
        </button>
        <div className="place-tools">{tools}</div>
      </header>
      <div className="place-content">{children}</div>
      <footer className="status-line">
        <span className="status-words">{status}</span>
        <Health needs={needs} />
        <span className="connection" data-silent={silent}>
          {silent ? 'No answer from the server' : 'Connected'}
        </span>
      </footer>
    </>
  )
}

/** The same in every place. */
function Health({ needs }: { needs: readonly Attention[] }) {
  return (
    <output className="health">
      {needs
        .filter(({ told }) => told !== undefined)
        .map(({ words, href, told }) => (
          <span key={words} className={told === 'fault' ? 'warning' : undefined}>
            {told === 'fault' ? '▲' : '△'} {href === undefined ? words : <Link href={href}>{words}</Link>}
          </span>
        ))}
    </output>
  )
}
