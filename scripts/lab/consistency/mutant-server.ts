/** A server as main.ts starts it, but with a cache or a database from mutants.ts: `bun mutant-server.ts NAME`. */
import { startApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { createLogger } from '#server/platform/log.ts'
import { MUTANTS, type Mutant, type MutantName } from './mutants.ts'

const { create, wrapDatabase }: Mutant = MUTANTS[process.argv[2] as MutantName]
const config = readConfig(process.env)
const app = await startApp(config, createLogger(config.log), {
  ...(create && { createCache: create }),
  ...(wrapDatabase && { wrapDatabase }),
})
process.stdout.write(`Adstock is at ${app.url.href}\n`)
