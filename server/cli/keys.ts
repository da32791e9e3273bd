/** `./scripts/adstock keys <create|list|revoke>` */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Database } from '#db/database.ts'
import { createKeyStore, type ApiKey, type KeyStore } from '#server/keys/key-store.ts'
import { SCOPES, type Scope } from '#server/caller.ts'
import { systemClock } from '#server/platform/clock.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { EXIT_NOT_DONE, runProgram } from './run-program.ts'
import { writing } from './recording.ts'
import { withDatabase } from './with-database.ts'

const MAX_NAME_LENGTH = 100
const DAY_MS = 24 * 3_600_000

const REVOCATION = {
  operation: 'keys.revoke',
  input: {},
  subject: {
    kind: 'key',
    idsOf: (revoked: Awaited<ReturnType<KeyStore['revoke']>>) => (revoked ? [revoked.key.id] : []),
  },
} as const

const program = new Command('keys')
  .description('API keys of the database in DATABASE_URL. Servers that run need no restart.')
  .exitOverride()

program
  .command('create')
  .description('Makes a key and prints it, alone on stdout: this once, since only its hash is stored.')
  .requiredOption('--name <name>', 'what it is for; the stock ledger names it as the actor', keyName)
  .addOption(
    new Option('--scope <scope>', `what it may do; repeatable: ${SCOPES.join(', ')}`)
      .argParser(addScope)
      .makeOptionMandatory(),
  )
  .option('--expires-in-days <n>', 'when it ends by itself; without it, never', days)
  .option('--json', 'the last line of stdout is the key with all that is known of it')
  .action(async ({ name, scope, expiresInDays, json }: CreateOptions) => {
    const expiresAt = expiresInDays === undefined ? null : Date.now() + expiresInDays * DAY_MS
    const act = { operation: 'keys.create', subject: 'key', input: {} } as const
    const created = await withDatabase((db) =>
      writing(db, act, (tx) => keysOf(db).within(tx).create({ name, scopes: scope, expiresAt })),
    )
    if (json) return console.log(JSON.stringify({ ...asJson(created), key: created.key }))
    console.log(created.key)
    console.error(
      `Key ${created.id}, "${name}", may ${created.scopes.join(', ')}. Keep it now: it is not shown again.`,
    )
  })

program
  .command('list')
  .description('Every key there ever was, newest first.')
  .option('--json', 'the last line of stdout is the list')
  .action(async ({ json }: { json?: true }) => {
    const keys = await withDatabase((db) => keysOf(db).list())
    if (json) return console.log(JSON.stringify(keys.map(asJson)))
    for (const line of table(keys)) console.log(line)
  })

program
  .command('revoke')
  .description('Ends a key and the sessions opened with it: at once, on every server.')
  .argument('<key>', 'its prefix (ak_…) or its id')
  .option('--json', 'the last line of stdout is the key')
  .action(async (reference: string, { json }: { json?: true }) => {
    const revoked = await withDatabase((db) =>
      writing(db, REVOCATION, (tx) => keysOf(db).within(tx).revoke(reference)),
    )
    if (!revoked) {
      // Not what was given: it may be a whole key, mistyped.
      console.error('There is no such key. See: ./scripts/adstock keys list')
      process.exitCode = EXIT_NOT_DONE
      return
    }
    const { before, key } = revoked
    if (json) return console.log(JSON.stringify(asJson(key)))
    const what = `Key ${key.id}, "${key.name}" (${key.prefix}…)`
    console.log(before ? `${what}, was revoked already.` : `${what}, is revoked.`)
  })

interface CreateOptions {
  name: string
  scope: Scope[]
  expiresInDays?: number
  json?: true
}

const keysOf = (db: Database): KeyStore => createKeyStore(db, systemClock)

function asJson({ id, prefix, name, scopes, ...times }: ApiKey) {
  return {
    id,
    prefix,
    name,
    scopes,
    created_at: isoTime(times.createdAt),
    expires_at: isoTime(times.expiresAt),
    last_used_at: isoTime(times.lastUsedAt),
    revoked_at: isoTime(times.revokedAt),
  }
}

function table(keys: readonly ApiKey[]): string[] {
  if (keys.length === 0) return ['There is no key yet. See: ./scripts/adstock keys create --help']
  const rows = keys.map((key) => [
    String(key.id),
    key.prefix,
    key.name,
    key.scopes.join(','),
    isoTime(key.createdAt)?.slice(0, 10) ?? '',
    isoTime(key.lastUsedAt)?.slice(0, 16).replace('T', ' ') ?? 'never',
    stateOf(key),
  ])
  const all = [['id', 'prefix', 'name', 'scopes', 'created', 'last used (UTC)', 'state'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt !== null) return `revoked ${isoTime(revokedAt)?.slice(0, 10)}`
  if (expiresAt === null) return 'valid'
  return `${expiresAt > Date.now() ? 'valid until' : 'expired'} ${isoTime(expiresAt)?.slice(0, 10)}`
}

function keyName(text: string): string {
  const name = text.trim()
  // It stands in ledgers and logs, in one line.
  if (name === '' || name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name))
    throw new InvalidArgumentError(`1 to ${MAX_NAME_LENGTH} characters in one line`)
  return name
}

function addScope(text: string, before: Scope[] = []): Scope[] {
  const scope = SCOPES.find((each) => each === text)
  if (!scope) throw new InvalidArgumentError(`one of ${SCOPES.join(', ')}`)
  return before.includes(scope) ? before : [...before, scope]
}

function days(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 to 9999')
  return Number(text)
}

await runProgram(program)
