/** Environment → configuration → app → listen → wait for a signal. The only file that touches `process`. */
import { Command, Option } from 'commander'
import { ConfigurationError } from '#server/ads/errors.ts'
import { startApp, type App } from './app.ts'
import { ListenError } from './http/listen.ts'
import { runProgram } from './cli/run-program.ts'
import { readConfig, type Config } from './config.ts'
import { createLogger, type Logger } from './platform/log.ts'
import { takeShortSlices } from './platform/short-slices.ts'
import { alone, joinSiblings, type Leaving, type Member } from './supervisor/member.ts'
import type { Listening } from './supervisor/messages.ts'
import { supervise } from './supervisor/supervisor.ts'

const EXIT_BUG = 1

const program = new Command('serve')
  .description(
    'Serves the page, REST, tRPC and /docs, and runs the daily job of the ads, until SIGTERM or SIGINT.',
  )
  .addHelpText('after', '\nSettings are environment variables: see server/SETTINGS.md.')
  // One of several on a port, as their parent starts them.
  .addOption(new Option('--server <n>').hideHelp())
  .allowExcessArguments(false)
  .exitOverride()
  .action(serve)

async function serve({ server }: { server?: string }): Promise<void> {
  const config = readConfig(process.env, process.stderr)
  const log = createLogger(
    config.log,
    server === undefined ? undefined : { server: Number(server), pid: process.pid },
  )
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      // The state is unknown after this: a supervisor starts a new process.
      log.fatal({ err: error }, 'a bug ended the server')
      process.exit(EXIT_BUG)
    })
  if (server === undefined && config.servers > 1) {
    process.exitCode = await supervise({ config, env: process.env, log, onListening: teller() })
    return
  }
  takeShortSlices()
  using member = server === undefined ? alone(teller()) : joinSiblings()
  await run(config, log, member)
}

/** What has started this process may read no further than the first address. */
function teller(): (listening: Listening) => void {
  let told = false
  return ({ url, firstKey }) => {
    if (!told) process.stdout.write(`Adstock is at ${url}\n`)
    told = true
    if (firstKey !== undefined)
      process.stdout.write(`The first API key, with every scope; it is shown this once: ${firstKey}\n`)
  }
}

async function run(config: Config, log: Logger, member: Member): Promise<void> {
  const stopped = Promise.withResolvers<Leaving>()
  let started = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      // Whatever it waits for, nothing was accepted yet that could be lost.
      if (!started) process.exit()
      stopped.resolve({ reason: signal, handover: false })
    })

  for (let { port } = config; ;) {
    await using app = await startApp({ ...config, port }, log, { siblings: member })
    member.listening({ url: app.url.href, firstKey: app.firstKey })
    started = true
    port = Number(app.url.port)
    log.info({ url: app.url.href, ads_source: app.ads.sourceName }, 'listening')
    const ended = Promise.race([stopped.promise, member.leaving, app.databaseReplaced])
    const leaving = await untilEnded(app, member, ended)
    if (leaving) {
      log.info(`${leaving.reason}: finishing what is in flight`)
      await app.drain(leaving.handover ? member.closed : undefined)
      return await member.part()
    }
    log.warn('another database is in place of the one that was open: starting anew with it')
  }
}

/** Meanwhile it has the daily job, from when it leads. */
async function untilEnded<T>({ ads }: App, { leading }: Member, ended: Promise<T>): Promise<T> {
  const first = await Promise.race([ended.then(() => 'ended'), leading])
  if (first !== 'ended') {
    ads.startSchedule()
    ads.catchUp()
  }
  return await ended
}

await runProgram(program, { usage: [ConfigurationError, ListenError] })
