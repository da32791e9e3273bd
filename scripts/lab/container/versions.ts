/** Other versions of this program than the one that is checked out, each in a work tree that goes away afterwards. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { run } from './program.ts'

export interface Version extends AsyncDisposable {
  root: string
}

const MIGRATIONS = 'db/migrations'
/** Where a version says that it leaves before it does; without it a balancer cannot know in time. */
const NOTICE = 'server/http/drain.ts'
/** What the next version might add to what is served meanwhile. Its locks are held for as long as it sleeps. */
const ADDITIONS = {
  postgres: `alter table products add column played_note text;
create index products_by_played_note on products (played_note, id);
create table played (id bigint primary key, product_id bigint not null, at bigint not null);
select pg_sleep(0.5);
`,
  sqlite: `alter table products add column played_note text;
create index products_by_played_note on products (played_note, id);
create table played (id integer primary key, product_id integer not null, at integer not null);
`,
}

export async function checkOut(commit: string): Promise<Version> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  const root = join(folder.path, 'version')
  await git('worktree', 'add', '--detach', root, commit)
  resources.defer(async () => void (await git('worktree', 'remove', '--force', root)))
  const installing = Bun.spawn([process.execPath, 'install', '--frozen-lockfile', '--ignore-scripts'], {
    cwd: root,
    stdout: 'ignore',
    stderr: 'ignore',
  })
  if ((await installing.exited) !== 0) throw new Error(`The packages of ${commit} could not be installed.`)
  const kept = resources.move()
  return { root, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** What is committed here, and one migration more for either dialect. */
export async function checkOutNext(): Promise<Version> {
  const version = await checkOut('HEAD')
  for (const [dialect, statements] of Object.entries(ADDITIONS)) {
    const folder = join(version.root, MIGRATIONS, dialect)
    const number = String((await readdir(folder)).length + 1).padStart(4, '0')
    await Bun.write(join(folder, `${number}_played.sql`), statements)
  }
  return version
}

/** The newest version that lacks the last migration and gives notice before it leaves. */
export async function versionBeforeLastMigration(): Promise<string> {
  const folder = `${MIGRATIONS}/postgres`
  const last = (await readdir(join(ROOT, folder))).toSorted().at(-1) ?? ''
  for (const commit of (await git('rev-list', '--abbrev-commit', 'HEAD')).split('\n'))
    if (!(await has(commit, `${folder}/${last}`)) && (await givesNotice(commit))) return commit
  throw new Error(`Every version that gives notice has ${last} already: name one by --from.`)
}

export async function givesNotice(commit: string): Promise<boolean> {
  return await has(commit, NOTICE)
}

async function has(commit: string, path: string): Promise<boolean> {
  return (await git('ls-tree', '--name-only', commit, '--', path)) !== ''
}

async function git(...parameters: readonly string[]): Promise<string> {
  return await run('git', ['-C', ROOT, ...parameters])
}
