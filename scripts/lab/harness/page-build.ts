/** For tests and screenshots: what is served is built from what is here now. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

const CLIENT = join(import.meta.dir, '../../../client')
const BUILD = join(import.meta.dir, '../../build.ts')

export async function buildPageIfStale(): Promise<void> {
  const builtAt = await modifiedAt(join(CLIENT, 'dist/page/index.html'))
  for await (const path of new Bun.Glob('**/*.{html,ts,tsx,css,svg}').scan(CLIENT)) {
    if (path.startsWith('dist/') || path.startsWith('testing/') || path.endsWith('.test.ts')) continue
    if ((await modifiedAt(join(CLIENT, path))) > builtAt) {
      await build()
      return
    }
  }
}

async function build(): Promise<void> {
  const building = Bun.spawn([process.execPath, BUILD], { stdout: 'ignore', stderr: 'pipe' })
  const [code, said] = await Promise.all([building.exited, new Response(building.stderr).text()])
  if (code !== 0) throw new Error(`The page could not be built:\n${said}`)
}

async function modifiedAt(path: string): Promise<number> {
  return await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}
