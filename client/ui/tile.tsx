/** A part of the place: a small label, what it says, and where it leads. */
import type { ReactNode } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'wouter'
import { changeInWords } from '#client/ads/comparison.ts'
import { describeError } from '#client/ui/describe-error.ts'

interface TileProps {
  title: string
  /** Opens what it is made of. */
  link?: { href: string; label: string }
  isBusy?: boolean
  children: ReactNode
}

export function Tile({ title, link, isBusy = false, children }: TileProps) {
  return (
    <section className="tile" aria-label={title} aria-busy={isBusy}>
      <h2>{title}</h2>
      {children}
      {link && (
        <p className="tile-link">
          <Link href={link.href}>{link.label}</Link>
        </p>
      )}
    </section>
  )
}

interface AnsweredProps<T> {
  query: UseQueryResult<T, unknown>
  children: (data: T) => ReactNode
}

/** One card that cannot be told leaves the others as they are. */
export function Answered<T>({ query: { data, error, refetch }, children }: AnsweredProps<T>) {
  if (data !== undefined) return children(data)
  if (!error) return null
  return (
    <p role="alert">
      {describeError(error).what}{' '}
      <button type="button" className="button quiet" onClick={() => void refetch()}>
        Try again
      </button>
    </p>
  )
}

/** Up and down by an arrow and a word, not by colour alone. */
export function Change({ now, before, than }: { now: number; before: number; than: string }) {
  const words = changeInWords(now, before)
  if (words === undefined) return <>nothing {than}</>
  const arrow = words === 'as much as' ? '' : now > before ? '▲ ' : '▼ '
  return (
    <>
      {arrow}
      {words} {than}
    </>
  )
}
