/** The caller of a request, and what its scopes allow. */
import { ProblemError } from '#server/errors.ts'

export const SCOPES = [
  'products:read',
  'products:write',
  'ads:read',
  'ads:write',
  'feeds:read',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

export interface Caller {
  kind: 'open' | 'key' | 'anonymous'
  /** Unique and permanent, unlike the name. */
  id: string
  /** For the ledger, the audit and the log: never a secret. */
  name: string
  /** Null or absent where it is no key of the database. */
  keyId?: number | null
  scopes: ReadonlySet<Scope>
}

/** @throws ProblemError `KEY_MISSING`, `SCOPE_MISSING` */
export function requireScope({ caller }: { caller: Caller }, scope: Scope): void {
  if (mayUse(caller, scope)) return
  if (caller.kind === 'anonymous')
    throw new ProblemError('KEY_MISSING', 'Send an API key: Authorization: Bearer ak_…')
  throw new ProblemError('SCOPE_MISSING', `This needs the scope ${scope}.`, { scope })
}

export function mayUse({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin')
}
