import type { ReactNode } from 'react'
import { Redirect, useLocation } from 'wouter'
import { useSession } from './session.ts'
import { SignIn } from './sign-in.tsx'

export const SIGN_IN_PATH = '/sign-in'

/** Asks for a key where nothing can be seen without one, and from whom asks for it. */
export function SignInGate({ children }: { children: ReactNode }) {
  const session = useSession()
  const [location] = useLocation()
  const asked = location === SIGN_IN_PATH
  if (session?.auth === 'keys' && session.name === null && (asked || session.scopes.length === 0))
    return <SignIn />
  if (asked && session) return <Redirect to="/" replace />
  return children
}
