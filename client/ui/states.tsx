/** What a place shows when it has nothing to show. */
import type { ReactNode } from 'react'
import { describeError } from './describe-error.ts'

export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

export function ErrorState({ error, retry }: { error: unknown; retry: () => void }) {
  const { what, detail, requestId } = describeError(error)
  return (
    <div className="state" role="alert">
      <h2>{what}</h2>
      <p>{detail}</p>
      {requestId !== undefined && (
        <p className="request-id">
          Request <code>{requestId}</code>
        </p>
      )}
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

/** Wherever made-up figures are shown, they say so. */
export function DemoLabel({ source }: { source: string | undefined }) {
  if (source !== 'demo') return null
  return (
    <span
      className="demo-label"
      title="Made up by the built-in simulator. Set the GOOGLE_ADS_… variables to see your account."
    >
      Demo data
    </span>
  )
}

/** As many rows as are to come, so that nothing jumps when they do. */
export function WaitingRows({ rows, columns }: { rows: number; columns: number }) {
  return Array.from({ length: rows }, (_, index) => (
    <tr key={index} className="waiting" aria-hidden="true">
      <td colSpan={columns}>
        <span>&nbsp;</span>
      </td>
    </tr>
  ))
}
