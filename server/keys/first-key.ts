import { recorded } from '#server/audit/record.ts'
import type { Services } from '#server/context.ts'
import type { CreatedKey } from './key-store.ts'

const ACT = {
  operation: 'keys.create',
  subject: { kind: 'key', idsOf: (key: CreatedKey | undefined) => (key ? [key.id] : []) },
  input: {},
} as const

/** With every scope, where there never was a key; recorded as what the server does by itself. */
export async function createFirstKey({
  begin,
  within,
  log,
}: Pick<Services, 'begin' | 'within' | 'log'>): Promise<CreatedKey | undefined> {
  return await begin((tx) => {
    const { keys, audit } = within(tx)
    const recording = { audit, caller: { name: 'job' }, requestId: null, log }
    return recorded(recording, ACT, () => keys.createFirst())
  })
}
