/**
 * `./scripts/adstock dev`: builds the page, serves, and on each change rebuilds what has changed: the page when it is in client/,
 * and then the server. The environment applies as it does to `./scripts/adstock serve`.
 */
import { watch } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
/** An editor saves one file in several steps. */
const SETTLE_MS = 150

let server: Bun.Subprocess | undefined
const changed = new Set<string>()
let applying: Promise<void> = Promise.resolve()
let timer: Timer | undefined

for (const folder of ['server', 'db', 'client'])
  watch(join(ROOT, folder), { recursive: true }, (_event, name) => {
    if (name === null || name.startsWith('dist') || /\.(?:test|testing)\.tsx?$|\.md$/.test(name)) return
    changed.add(folder)
    clearTimeout(timer)
    timer = setTimeout(() => {
      applying = applying.then(apply)
    }, SETTLE_MS)
  })
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void stop().then(() => process.exit()))
changed.add('client')
await apply()

async function apply(): Promise<void> {
  const folders = [...changed]
  changed.clear()
  if (folders.length === 0) return
  if (folders.includes('client') && !(await build())) return
  await stop()
  server = Bun.spawn([process.execPath, join(ROOT, 'server/main.ts')], {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit'],
  })
}

/** @returns false when the page cannot be built: then what runs stays */
async function build(): Promise<boolean> {
  const child = Bun.spawn([process.execPath, join(ROOT, 'scripts/build.ts'), '--page'], {
    cwd: ROOT,
    stdout: 'inherit',
    stderr: 'inherit',
  })
  return (await child.exited) === 0
}

async function stop(): Promise<void> {
  server?.kill('SIGTERM')
  await server?.exited
  server = undefined
}
