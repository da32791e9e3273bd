import { mayUse, useSession } from '#client/sign-in/session.ts'
import { Exclusions } from './exclusions.tsx'
import { FeedKeys } from './feed-keys.tsx'
import { FoldedPart } from '#client/ui/folded-part.tsx'
import type { Status } from './stock-out-status.tsx'

export function GoogleFiles({ days, status }: { days: number; status: Status | undefined }) {
  const session = useSession()
  return (
    <FoldedPart title="Files for Google: feed, exclusions">
      {mayUse(session, 'admin') && <FeedKeys />}
      <Exclusions days={days} status={status} />
    </FoldedPart>
  )
}
