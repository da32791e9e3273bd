/** At the address of a place that one's key does not open. */
import { Link } from 'wouter'
import type { Scope } from '#server/caller.ts'
import { Place } from '#client/ui/place.tsx'
import { EmptyState } from '#client/ui/states.tsx'
import { useSession } from './session.ts'
import { SIGN_IN_PATH } from './sign-in-gate.tsx'

export function NotWithThisKey({ name, scope }: { name: string; scope: Scope }) {
  const session = useSession()
  const isSignedIn = session?.name != null
  return (
    <Place title={name} status={<span>Not with this key</span>}>
      <EmptyState title={`${name} needs another key`}>
        <p>
          It opens to keys with the scope <code>{scope}</code>.{' '}
          {isSignedIn
            ? `You are signed in with “${session.name}”: sign out, then sign in with one that has it.`
            : 'Sign in with one.'}
        </p>
        <p>
          {isSignedIn ? (
            <Link href="/">Go to the first place</Link>
          ) : (
            <Link href={SIGN_IN_PATH}>Sign in</Link>
          )}
        </p>
      </EmptyState>
    </Place>
  )
}
