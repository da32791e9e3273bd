/** At the address of a place that one's key does not open. */
import { Link } from 'wouter'
import type { Scope } from '#server/caller.ts'
import { EmptyState } from '#client/ui/states.tsx'
import { useSession } from './session.ts'
import { SIGN_IN_PATH } from './sign-in-gate.tsx'

export function NotWithThisKey({ name, scope }: { name: string; scope: Scope }) {
  const session = useSession()
  return (
    <EmptyState title={`${name} needs another key`}>
      <p>
        It opens to keys with the scope <code>{scope}</code>.{' '}
        {session?.name == null
          ? 'Sign in with one.'
          : `You are signed in with “${session.name}”: sign out, then sign in with one that has it.`}
      </p>
      <p>
        {session?.name == null ? (
          <Link href={SIGN_IN_PATH}>Sign in</Link>
        ) : (
          <Link href="/">Go to the first place</Link>
        )}
      </p>
    </EmptyState>
  )
}
