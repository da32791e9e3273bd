/** What went wrong and still waits for a person: stays until it is dismissed or tried again. */
import type { ErrorWords } from './describe-error.ts'
import { useSilentSince } from './connection.ts'
import { timeOfDay } from './format.ts'
import { createStore, useStore } from './store.ts'

export interface Notice extends ErrorWords {
  id: number
  retry: { label: string; run: () => void } | undefined
}

const MAX_NOTICES = 4
const notices = createStore<readonly Notice[]>([])
let nextId = 1

export function notify(notice: Omit<Notice, 'id'>): void {
  notices.set([...notices.get(), { ...notice, id: nextId++ }].slice(-MAX_NOTICES))
}

function dismiss(id: number): void {
  notices.set(notices.get().filter((notice) => notice.id !== id))
}

export function Notices() {
  const shown = useStore(notices)
  const silentSince = useSilentSince()
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {silentSince !== undefined && <OfflineNote since={silentSince} />}
      {shown.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </section>
  )
}

function OfflineNote({ since }: { since: number }) {
  return (
    <div className="notice" data-kind="offline">
      <strong>The server does not answer.</strong> What you see is from {timeOfDay(since)}; trying again every
      second.
    </div>
  )
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { id, what, detail, requestId, retry } = notice
  return (
    <div className="notice" data-kind="failure">
      <div>
        <strong>{what}.</strong> {detail}
        {requestId !== undefined && (
          <div className="request-id">
            Request <code>{requestId}</code>
          </div>
        )}
      </div>
      <div className="notice-actions">
        {retry && (
          <button
            type="button"
            className="button"
            onClick={() => {
              dismiss(id)
              retry.run()
            }}
          >
            {retry.label}
          </button>
        )}
        <button type="button" className="button quiet" onClick={() => dismiss(id)}>
          Dismiss
        </button>
      </div>
    </div>
  )
}
