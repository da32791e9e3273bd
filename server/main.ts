/** Environment → configuration → app → listen → wait for a signal. The only file that touches `process`. */
import { Command } from 'commander'
import { ConfigurationError } from '#server/ads/errors.ts'
import { startApp } from './app.ts'
import { ListenError } from './http/listen.ts'
import { runProgram } from './cli/run-program.ts'
import { readConfig } from './config.ts'
import { createLogger } from './platform/log.ts'

const EXIT_BUG = 1

const program = new Command('serve')
  .description(
    'Serves the page, REST, tRPC and /docs, and runs the daily job of the ads, until SIGTERM or SIGINT.',
  )
  .addHelpText('after', '\nSettings are environment variables: see server/SETTINGS.md.')
  .allowExcessArguments(false)
  .exitOverride()
  .action(serve)

async function serve(): Promise<void> {
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

await runProgram(program, { usage: [ConfigurationError, ListenError] })
