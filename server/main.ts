/** Environment → configuration → app → listen → wait for a signal. The only file that touches `process`. */
import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { createLogger } from './platform/log.ts'

const EXIT_CONFIGURATION = 2

async function main(): Promise<void> {
  const config = readConfig(process.env, process.stderr)
  const log = createLogger(config.log)
  const stopped = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.resolve(signal))

  await using app = await startApp(config, log)
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
