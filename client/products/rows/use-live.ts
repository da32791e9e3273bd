/** Follows the feed while the products are shown, so that what others do is seen at once. */
import { useEffect } from 'react'
import { problemOf } from '#client/api.ts'
import { connection, gotNoAnswer } from '#client/ui/connection.ts'
import { isStreamBroken } from '#client/ui/live-stream.ts'
import { client } from '#client/ui/trpc.ts'
import { applyChanges, type Change } from './visible-rows.ts'

/** After which a stream is opened anew that broke while the server answers, as behind a proxy that cuts it. */
const REOPEN_MS = 5_000

/** @param onChanges is told, too; it must stay the same function */
export function useLive(onChanges: (changes: readonly Change[]) => void): void {
  useEffect(() => {
    const feed = followFeed((changes) => {
      applyChanges(changes)
      onChanges(changes)
    })
    const stopWaiting = connection.onReturn(feed.again)
    document.addEventListener('visibilitychange', feed.again)
    return () => {
      stopWaiting()
      document.removeEventListener('visibilitychange', feed.again)
      feed.close()
      isStreamBroken.set(false)
    }
  }, [onChanges])
}

function followFeed(onChanges: (changes: readonly Change[]) => void) {
  /** The newest change that is known of; from there one goes on after any interruption. */
  let newest: { after: number; after_at?: string } | undefined
  let stream: { unsubscribe: () => void } | undefined
  /** Counts openings: what an earlier one still brings is too late. */
  let opening = 0
  let reopening: ReturnType<typeof setTimeout> | undefined
  let waiting: Change[] = []

  const tell = () => {
    const changes = waiting
    waiting = []
    if (changes.length > 0) onChanges(changes)
  }
  const open = async (own: number) => {
    // Should it fail, the server is away, and its return opens again.
    newest ??= await client.products.latestChange.query().then(
      ({ seq }) => ({ after: seq }),
      () => undefined,
    )
    if (newest === undefined || own !== opening) return
    stream = client.products.onChange.subscribe(newest, {
      onData({ data }) {
        newest = { after: data.seq, after_at: data.at }
        if (waiting.length === 0) requestAnimationFrame(tell)
        waiting.push(data)
      },
      // A server that stops ends its streams in good order.
      onComplete() {
        if (own === opening) onBroken(new Error('The server ended the stream.'))
      },
      onConnectionStateChange({ state, error }) {
        if (own !== opening) return
        if (state === 'pending') isStreamBroken.set(false)
        if (state === 'connecting' && error) onBroken(error)
      },
      onError(error) {
        if (own !== opening) return
        // The database was restored: rows, edits and what can be undone are of a history that is gone.
        if (problemOf(error)?.code === 'FEED_SET_BACK') location.reload()
        else onBroken(error)
      },
    })
  }
  const onBroken = (error: unknown) => {
    // The first time the server may be away; then, its return opens again.
    if (isStreamBroken.get()) reopening ??= setTimeout(again, REOPEN_MS)
    else gotNoAnswer(error)
    isStreamBroken.set(true)
  }
  const close = () => {
    clearTimeout(reopening)
    reopening = undefined
    opening += 1
    stream?.unsubscribe()
    stream = undefined
  }
  // A browser has few connections to one server: a hidden page takes none.
  const again = () => {
    close()
    if (!document.hidden) void open(opening)
  }
  again()
  return { again, close }
}
