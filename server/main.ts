/** Environment → configuration → app → listen → wait for a signal. The only file that touches `process`. */
import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { createLogger } from './platform/log.ts'

const EXIT_BUG = 1
const EXIT_CONFIGURATION = 2

async function main(): Promise<void> {
  const config = readConfig(process.env, process.stderr)
  const log = createLogger(config.log)
  const stopped = Promise.withResolvers<string>()
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      // The state is unknown after this: a supervisor starts a new process.
      log.fatal({ err: error }, 'a bug ended the server')
      process.exit(EXIT_BUG)
    })
  let started = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      // Whatever it waits for, nothing was accepted yet that could be lost.
      if (!started) process.exit()
      stopped.resolve(signal)
    })

  await using app = await startApp(config, log)
  started = true
  process.stdout.write(`Adstock is at ${app.url.href}\n`)
  if (app.firstKey !== undefined)
    process.stdout.write(`The first API key, with every scope; it is shown this once: ${app.firstKey}\n`)
  log.info({ url: app.url.href, ads_source: app.ads.sourceName }, 'listening')
  app.ads.startSchedule()
  app.ads.catchUp()

  log.info(`${await stopped.promise}: finishing what is in flight`)
  await app.drain()
}

try {
  await main()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = EXIT_CONFIGURATION
}
