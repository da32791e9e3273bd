/** The import's part of the product store. */
import type { Database } from '#db/database.ts'
import type { SomeOfSearched } from '#db/search/columns.ts'
import type { Clock } from '#server/platform/clock.ts'
import { rowsByKeys } from '#server/products/pages.ts'
import type { ProductWrites, WriteContext } from '#server/products/writes.ts'
import { addTallies, importBatch, pictureOf, type ImportLines } from './batch.ts'
import { applyLines, emptyTally } from './plan.ts'
import { forgetOldImports, recentImports, startImport } from './record.ts'
import { changingLines } from './unchanged.ts'
import { undoImport } from './undo.ts'

interface Parts {
  clock: Clock
  begin: Database['withTransaction']
  write: <T>(
    actor: string,
    run: (writes: ProductWrites) => Promise<T>,
    part: WriteContext['import'],
  ) => Promise<T>
  indexWords: (searched: Iterable<SomeOfSearched>) => Promise<void>
}

export interface StartedImport {
  /** By which it is undone; a dry run has none. */
  id: number | undefined
  apply: ImportLines
}

export function importActions(db: Database, { clock, begin, write, indexWords }: Parts) {
  return {
    /** For the lines of one file, batch by batch. */
    async importer({ actor, dryRun }: { actor: string; dryRun: boolean }): Promise<StartedImport> {
      if (dryRun) {
        const picture = pictureOf(db, clock.now())
        return { id: undefined, apply: async (lines, plan) => await applyLines(picture, lines, plan) }
      }
      const id = await begin((tx) => startImport({ db, tx }, { actor, now: clock.now() }))
      const part = { id, undoing: false }
      const apply: ImportLines = async (lines, plan) => {
        const changing = await changingLines((keys) => rowsByKeys(db, keys), lines, plan.waiting)
        await indexWords(changing.map(({ fields }) => fields))
        const unchanged = { ...emptyTally(), unchanged: lines.length - changing.length }
        if (changing.length === 0) return { tally: unchanged, setAside: [] }
        const planned = await importBatch(db, changing, { ...plan, write: (run) => write(actor, run, part) })
        return { ...planned, tally: addTallies(unchanged, planned.tally) }
      }
      return { id, apply }
    },

    /** Those of the last 24 hours, newest first. */
    imports: () => recentImports(db, clock.now()),

    /** @throws ProblemError `IMPORT_NOT_FOUND` */
    undoImport: (id: number, actor: string) =>
      undoImport(db, id, {
        now: clock.now(),
        write: (run) => write(actor, run, { id, undoing: true }),
      }),

    forgetExpired: () => forgetOldImports(db, clock.now()),
  }
}
