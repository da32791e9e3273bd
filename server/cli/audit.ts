/** `./scripts/adstock audit` */
import { Command } from 'commander'
import { auditCsv } from '#server/audit/operations.ts'
import { AuditExportQuery } from '#server/audit/schema.ts'
import { ProblemError } from '#server/errors.ts'
import { parseInput } from '#server/parse-input.ts'
import { auditIn } from './recording.ts'
import { runProgram } from './run-program.ts'
import { withDatabase } from './with-database.ts'

const program = new Command('audit')
  .description('Prints as CSV which key wrote what and when, newest first, of the database in DATABASE_URL.')
  .option('--from <time>', 'such as 2026-11-01T00:00:00Z')
  .option('--to <time>', 'the last one, too')
  .option('--key <id>', 'of a key', Number)
  .option('--actor <name>', 'of a key, or admin key, anyone, anonymous, job, command line')
  .option('--operation <name>', 'such as products.update')
  .option('--subject <kind>', 'such as product')
  .option('--subject-id <id>', 'such as 42')
  .exitOverride()
  .action(async ({ key, subjectId, ...same }: Options) => {
    const filters = parseInput(AuditExportQuery, {
      ...same,
      ...(key !== undefined && { key_id: key }),
      ...(subjectId !== undefined && { subject_id: subjectId }),
    })
    await withDatabase(async (db) => {
      for await (const part of auditCsv({ audit: auditIn(db) }, filters)) await Bun.write(Bun.stdout, part)
    })
  })

interface Options {
  from?: string
  to?: string
  key?: number
  actor?: string
  operation?: string
  subject?: string
  subjectId?: string
}

await runProgram(program, { usage: [ProblemError] })
