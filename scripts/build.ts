/**
 * Builds the page into client/dist/page, and the typed client with its declarations into client/dist/package and, as
 * npm installs it, client/dist/client.tgz; with `--page` the page alone, in a tenth of the time.
 */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const CLIENT = join(ROOT, 'client')
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

async function buildPackage(): Promise<void> {
  const folder = join(DIST, 'package')
  await Bun.build({ entrypoints: [join(CLIENT, 'api.ts')], outdir: folder, packages: 'external' })
  await writeDeclarations(folder)
  await Bun.write(join(folder, 'package.json'), JSON.stringify(await manifest(), null, 2))
  await cp(join(CLIENT, 'PACKAGE.md'), join(folder, 'README.md'))
  await cp(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
  await run(['pm', 'pack', '--filename', join(DIST, 'client.tgz'), '--quiet'], folder)
}

/** With the server's version, and with tRPC as a peer: it is the application's own. */
async function manifest(): Promise<object> {
  const { version, license } = (await Bun.file(join(ROOT, 'package.json')).json()) as Record<string, string>
  return {
    name: 'adstock-client',
    version,
    description: 'The typed client of an Adstock server',
    license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './api.d.ts', default: './api.js' } },
    engines: { node: '>=20' },
    // 5 asks for Node 22.
    dependencies: { eventsource: '^4.0.0' },
    peerDependencies: { '@trpc/client': '^11.0.0', '@trpc/server': '^11.0.0' },
  }
}

/** Of what is emitted only two are kept: surface.d.ts has the operations' types written out in full. */
async function writeDeclarations(folder: string): Promise<void> {
  const emitted = join(DIST, 'declarations')
  await run(['x', '--bun', 'tsc', '-p', join(CLIENT, 'tsconfig.declarations.json')], ROOT)
  for (const name of ['api.d.ts', 'surface.d.ts']) {
    const declaration = await Bun.file(join(emitted, 'client', name)).text()
    await Bun.write(join(folder, name), declaration.replaceAll("'./surface.ts'", "'./surface.js'"))
  }
  await rm(emitted, { recursive: true })
}

/** Of Bun's own. Says something only if it fails. */
async function run(command: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([process.execPath, ...command], { cwd, stdout: 'pipe', stderr: 'pipe' })
  const said = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()))
  if ((await child.exited) !== 0) throw new Error(`The client could not be built:\n${said.join('')}`)
}
