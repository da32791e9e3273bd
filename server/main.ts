/** Environment → configuration → app → listen → wait for a signal. The only file that touches `process`. */
import { Command } from 'commander'
import { ConfigurationError } from '#server/ads/errors.ts'
import { startApp, type App } from './app.ts'
import { ListenError } from './http/listen.ts'
import { runProgram } from './cli/run-program.ts'
import { readConfig } from './config.ts'
import { createLogger, type Logger } from './platform/log.ts'

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

  for (let { port } = config; ;) {
    await using app = await startApp({ ...config, port }, log)
    // What has started this process may read no further than the first address.
    if (!started) process.stdout.write(`Adstock is at ${app.url.href}\n`)
    started = true
    port = Number(app.url.port)
    begin(app, log)
    const signal = await Promise.race([stopped.promise, app.databaseReplaced])
    if (signal !== undefined) {
      log.info(`${signal}: finishing what is in flight`)
      return await app.drain()
    }
    log.warn('another database is in place of the one that was open: starting anew with it')
  }
}

function begin({ url, firstKey, ads }: App, log: Logger): void {
  if (firstKey !== undefined)
    process.stdout.write(`The first API key, with every scope; it is shown this once: ${firstKey}\n`)
  log.info({ url: url.href, ads_source: ads.sourceName }, 'listening')
  ads.startSchedule()
  ads.catchUp()
}

await runProgram(program, { usage: [ConfigurationError, ListenError] })
