/**
 * Builds the page into client/dist/page, and the typed client with its declarations into client/dist/package; with
 * `--page` the page alone, in a tenth of the time.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

const CLIENT = join(import.meta.dir, '../client')
const DIST = join(CLIENT, 'dist')

const pageOnly = process.argv.includes('--page')
await rm(pageOnly ? join(DIST, 'page') : DIST, { recursive: true, force: true })
await buildPage()
if (!pageOnly) await buildPackage()

async function buildPage(): Promise<void> {
  await Bun.build({
    entrypoints: [join(CLIENT, 'index.html')],
    outdir: join(DIST, 'page'),
    minify: true,
    splitting: true,
    publicPath: '/',
    define: { 'process.env.NODE_ENV': '"production"' },
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' },
  })
}

/** Of the emitted declarations only two are kept: surface.d.ts has the operations' types written out in full. */
async function buildPackage(): Promise<void> {
  await Bun.build({
    entrypoints: [join(CLIENT, 'api.ts')],
    outdir: join(DIST, 'package'),
    packages: 'external',
  })
  const emitted = join(DIST, 'declarations')
  const tsc = Bun.spawn(
    [process.execPath, 'x', '--bun', 'tsc', '-p', join(CLIENT, 'tsconfig.declarations.json')],
    {
      stdout: 'inherit',
      stderr: 'inherit',
    },
  )
  if ((await tsc.exited) !== 0) throw new Error('The declarations of the client could not be written.')
  for (const name of ['api.d.ts', 'surface.d.ts']) {
    const declaration = await Bun.file(join(emitted, 'client', name)).text()
    await Bun.write(join(DIST, 'package', name), declaration.replaceAll("'./surface.ts'", "'./surface.js'"))
  }
  await rm(emitted, { recursive: true })
}
