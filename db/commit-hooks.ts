import type { Database, Queries } from './database.ts'

/** What is to happen once a transaction is committed: what it wrote is no fact before that. */
export function withCommitHooks(
  begin: Database['withTransaction'],
): Pick<Database, 'withTransaction' | 'afterCommit'> {
  const waiting = new WeakMap<Queries, (() => void)[]>()
  return {
    async withTransaction(run) {
      const hooks: (() => void)[] = []
      const result = await begin((tx) => {
        waiting.set(tx, hooks)
        return run(tx)
      })
      for (const then of hooks) then()
      return result
    },
    afterCommit: (tx, then) => void waiting.get(tx)?.push(then),
  }
}
