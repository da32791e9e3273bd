/** The session, as the server reports it: no script can read its cookie. */
import { useQuery } from '@tanstack/react-query'
import type { Problem } from '#client/api.ts'
import { queryClient, SESSION_KEY } from '#client/ui/trpc.ts'
import type { Session } from '#server/http/auth/session.ts'
import type { Scope } from '#server/caller.ts'

const PATH = '/session'

/** Undefined until the server has said so: until then the page goes ahead, as where everything is open. */
export function useSession(): Session | undefined {
  return useQuery({ queryKey: SESSION_KEY, queryFn: read, staleTime: Infinity, retry: false }).data
}

export function mayUse(session: Session | undefined, scope: Scope): boolean {
  return !session || session.scopes.includes(scope) || session.scopes.includes('admin')
}

/** For controls: what one's key may not do is not offered. */
export function useMay(scope: Scope): boolean {
  return mayUse(useSession(), scope)
}

/** @returns what the server refused with; undefined when it did not */
export async function signIn(key: string): Promise<Problem | undefined> {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  })
  if (!response.ok) return (await response.json()) as Problem
  await become((await response.json()) as Session)
  return undefined
}

export async function signOut(): Promise<void> {
  const response = await fetch(PATH, { method: 'DELETE' })
  if (!response.ok) throw new Error(`Signing out was answered with ${response.status}.`)
  await become(await read())
}

async function read(): Promise<Session> {
  const response = await fetch(PATH, { cache: 'no-store' })
  if (!response.ok) throw new Error(`Who is signed in was answered with ${response.status}.`)
  return (await response.json()) as Session
}

/** What one was shown, the next one may not be allowed to see. */
async function become(session: Session): Promise<void> {
  // A query in flight belongs to the previous identity.
  await queryClient.cancelQueries({ queryKey: SESSION_KEY })
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] })
  queryClient.setQueryData(SESSION_KEY, session)
}
