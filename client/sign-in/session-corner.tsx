import { useMutation } from '@tanstack/react-query'
import { Link } from 'wouter'
import { signOut, useSession } from './session.ts'
import { SIGN_IN_PATH } from './sign-in-gate.tsx'

/** The signed-in identity with sign-out, or sign-in; nothing where the server is open. */
export function SessionCorner() {
  const session = useSession()
  const leaving = useMutation({ mutationFn: signOut })
  if (session?.auth !== 'keys') return null
  if (session.name === null) return <Link href={SIGN_IN_PATH}>Sign in</Link>
  return (
    <div className="session-corner">
      <span title={`May: ${session.scopes.join(', ')}`}>{session.name}</span>
      <button
        type="button"
        className="button quiet"
        disabled={leaving.isPending}
        onClick={() => leaving.mutate()}
      >
        Sign out
      </button>
    </div>
  )
}
