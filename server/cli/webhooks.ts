/** `./scripts/adstock webhooks <list|create|rotate|delete|resend|listen>` */
import { Command, InvalidArgumentError, Option } from 'commander'
import type * as v from 'valibot'
import type { Database } from '#db/database.ts'
import { ProblemError } from '#server/errors.ts'
import { parseInput } from '#server/parse-input.ts'
import { systemClock } from '#server/platform/clock.ts'
import { EVENT_TYPES } from '#server/webhooks/event.ts'
import { toNewEndpoint, toWebhook, withSecret } from '#server/webhooks/operations.ts'
import { ById, NewWebhook, Resend, Rotation } from '#server/webhooks/schema.ts'
import { createWebhookStore, type WebhookStore } from '#server/webhooks/webhook-store.ts'
import { writing } from './recording.ts'
import { runProgram } from './run-program.ts'
import { listen } from './webhooks/listen.ts'
import { withDatabase } from './with-database.ts'

const HOUR_MS = 3_600_000
const LISTEN_PORT = 8787

const program = new Command('webhooks')
  .description('Webhooks of the database in DATABASE_URL. Servers that run need no restart.')
  .exitOverride()

program
  .command('list')
  .description('Every webhook, and how many deliveries wait or were given up.')
  .option('--json', 'the last line of stdout is the list')
  .action(async ({ json }: Json) => {
    const webhooks = (await withStore((store) => store.list())).map(toWebhook)
    if (json) return console.log(JSON.stringify(webhooks))
    if (webhooks.length === 0)
      console.log('There is no webhook yet. See: ./scripts/adstock webhooks create --help')
    for (const { id, url, state, events, pending, parked } of webhooks)
      console.log(`${id}  ${url}  ${state}  ${events.join(',')}  ${pending} pending, ${parked} parked`)
  })

program
  .command('create')
  .description('Sends events to a URL from now on. Prints the secret alone on stdout: this once.')
  .requiredOption('--url <url>', 'where to; a private address needs WEBHOOKS_ALLOW_PRIVATE=true')
  .addOption(
    new Option('--event <type>', `what to send; repeatable: ${EVENT_TYPES.join(', ')}`)
      .argParser(addEvent)
      .makeOptionMandatory(),
  )
  .option('--description <text>', 'what it is for')
  .option('--format <name>', 'standard, or slack: a text for its incoming webhooks')
  .option('--min-spend <micros>', 'for ads.spend_on_out_of_stock: from which spend of a day on')
  .option('--json', 'the last line of stdout is the webhook with its secret')
  .action(async ({ json, event, minSpend, ...rest }: CreateOptions) => {
    const wishes = { ...rest, events: event, ...(minSpend !== undefined && { min_spend_micros: minSpend }) }
    const created = await change('create', {}, (store) =>
      store.create(toNewEndpoint(fromOptions(NewWebhook, wishes))),
    )
    if (json) return console.log(JSON.stringify(withSecret(created)))
    console.log(created.secret)
    console.error(`Webhook ${created.id} sends ${created.events.join(', ')} to ${created.url}.`)
  })

program
  .command('rotate')
  .description('Makes a new secret and prints it; the old one signs as well for some hours.')
  .argument('<id>', 'of the webhook', idOf)
  .option('--overlap-hours <n>', 'for how long; 0 ends it at once', Number)
  .option('--json', 'the last line of stdout is the webhook with its secret')
  .action(async (id: number, { json, overlapHours }: Json & { overlapHours?: number }) => {
    const input = fromOptions(Rotation, {
      id,
      ...(overlapHours !== undefined && { overlap_hours: overlapHours }),
    })
    const rotated = await change('rotate', { id }, (store) => store.rotate(id, input.overlap_hours * HOUR_MS))
    console.log(json ? JSON.stringify(withSecret(rotated)) : rotated.secret)
  })

program
  .command('delete')
  .description('Deletes a webhook; what it was not sent yet is dropped.')
  .argument('<id>', 'of the webhook', idOf)
  .action(async (id: number) => {
    await change('remove', { id }, (store) => store.remove(fromOptions(ById, { id }).id))
    console.log(`Webhook ${id} is deleted.`)
  })

program
  .command('resend')
  .description('Delivers once more what was given up, or one delivery.')
  .argument('<id>', 'of the webhook', idOf)
  .option('--delivery <id>', 'one that was delivered or given up', idOf)
  .action(async (id: number, { delivery }: { delivery?: number }) => {
    const input = fromOptions(Resend, { id, ...(delivery !== undefined && { delivery_id: delivery }) })
    const resent = await change('resend', { id }, (store) => store.resend(id, input.delivery_id))
    console.log(`${resent} deliveries are sent again.`)
  })

program
  .command('listen')
  .description(
    'Prints what arrives at http://127.0.0.1, for trying. The server needs WEBHOOKS_ALLOW_PRIVATE=true to send there.',
  )
  .option('--port <n>', 'where to listen', portOf, LISTEN_PORT)
  .option('--secret <whsec_…>', 'of a webhook: tells whether what arrives is signed with it')
  .option('--status <n>', 'what to answer with', Number, 204)
  .action(async ({ port, secret, status }: { port: number; secret?: string; status: number }) => {
    using receiver = listen({ port, secret, status, print: (line) => console.log(line) })
    console.error(
      `Listening. In another terminal: ./scripts/adstock webhooks create --url ${receiver.url} --event …`,
    )
    await new Promise((stop) => process.once('SIGINT', stop).once('SIGTERM', stop))
  })

interface Json {
  json?: true
}

interface CreateOptions extends Json {
  url: string
  event: string[]
  description?: string
  format?: string
  minSpend?: string
}

const withStore = <T>(run: (store: WebhookStore, db: Database) => Promise<T>): Promise<T> =>
  withDatabase((db, { webhooks }) =>
    run(createWebhookStore(db, { clock: systemClock, policy: webhooks }), db),
  )

const change = <T>(
  name: 'create' | 'rotate' | 'remove' | 'resend',
  input: { id?: number },
  run: (store: WebhookStore) => Promise<T>,
): Promise<T> =>
  withStore((store, db) =>
    writing(db, { operation: `webhooks.${name}`, subject: 'webhook', input }, (tx) => run(store.within(tx))),
  )

class UsageError extends Error {}

/** By the rules of the API. @throws UsageError */
function fromOptions<S extends v.GenericSchema>(schema: S, options: object): v.InferOutput<S> {
  try {
    return parseInput(schema, options)
  } catch (error) {
    throw error instanceof ProblemError ? new UsageError(error.message) : error
  }
}

function addEvent(type: string, before: string[] = []): string[] {
  return [...before, type]
}

function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InvalidArgumentError('a number, see: ./scripts/adstock webhooks list')
  return Number(text)
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('a number from 0 to 65535')
  return Number(text)
}

await runProgram(program, { usage: [UsageError], notDone: [ProblemError] })
