/** A server as main.ts starts it, but with a cache from mutants.ts: `bun mutant-server.ts NAME`. */
import { startApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { createLogger } from '#server/platform/log.ts'
import { MUTANTS, type MutantName } from './mutants.ts'

const mutant = MUTANTS[process.argv[2] as MutantName]
const config = readConfig(process.env)
const app = await startApp(config, createLogger(config.log), { createCache: (parts) => mutant.create(parts) })
process.stdout.write(`Adstock is at ${app.url.href}\n`)
