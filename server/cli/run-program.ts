import type { Command } from 'commander'
import { DatabaseOpenError } from '#db/database.ts'
import { ConfigError } from '#server/config.ts'
import { printable } from '#server/platform/printable.ts'

export const EXIT_NOT_DONE = 1
const EXIT_USAGE = 2

type Errors = readonly (new (...parameters: never[]) => Error)[]

/**
 * Runs the command. What its user can mend ends it with a message: a wrong command line, a wrong configuration, a
 * database that cannot be opened and the errors of `usage` with 2, those of `notDone` with 1. The rest is a defect and
 * is thrown.
 */
export async function runProgram(
  program: Command,
  { usage = [], notDone = [] }: { usage?: Errors; notDone?: Errors } = {},
): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    const is = (errors: Errors) => errors.some((each) => error instanceof each)
    // commander has said its part itself.
    if (error instanceof Error && 'exitCode' in error)
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
    else if (error instanceof Error && is([ConfigError, DatabaseOpenError, ...usage, ...notDone])) {
      console.error(error.message.split('\n').map(printable).join('\n'))
      process.exitCode = is(notDone) ? EXIT_NOT_DONE : EXIT_USAGE
    } else throw error
  }
}
