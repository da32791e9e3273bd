/**
 * `./scripts/adstock container image`: builds the Dockerfile without a container engine and without a registry. In place of the
 * base image stands one made here, of Debian and of this Bun; what is built on it is the real thing.
 */
import { copyFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { need, run } from './program.ts'
import { tryContainer } from './try-container.ts'

const ROOT = join(import.meta.dir, '../../..')
const IMAGE = 'localhost/adstock-proof'
const BUILD = ['bud', '--isolation', 'chroot', '--format', 'docker', '--pull-never']
/** What the base image promises: Bun on the path, and a user of this number. */
const STAND_IN = `FROM scratch
ADD base.tar /
COPY bun /usr/local/bin/bun
RUN useradd --uid 1000 --create-home bun
WORKDIR /home/bun/app
ENTRYPOINT ["/bin/false"]
`

export async function verifyImage(): Promise<void> {
  need('buildah', 'mmdebstrap', 'unshare', 'setpriv')
  if (process.getuid?.() !== 0) throw new Error('This mounts file systems: run it as root.')
  await using folder = await temporaryFolder()
  const base = await baseOf(join(ROOT, 'Dockerfile'))
  await buildStandIn(base, folder.path)
  await buildImage()
  const [before, after] = [await bytesOf(base), await bytesOf(IMAGE)]
  console.log(
    `the image adds ${megabytes(after - before)} to its base (the stand-in has ${megabytes(before)})`,
  )
  await tryContainer(IMAGE, folder.path)
  await run('buildah', ['rmi', IMAGE])
}

/** All stages begin with the same one. */
async function baseOf(dockerfile: string): Promise<string> {
  const names = [...(await Bun.file(dockerfile).text()).matchAll(/^FROM (oven\/bun:\S+)/gm)].map(
    ([, name]) => name,
  )
  const [name = '', ...others] = new Set(names)
  if (name === '' || others.length > 0) throw new Error(`One base image was expected: ${names.join(', ')}.`)
  return `docker.io/${name}`
}

async function buildStandIn(base: string, folder: string): Promise<void> {
  const images = await run('buildah', ['images', '--noheading', '--format', '{{.Name}}:{{.Tag}}'])
  if (images.split('\n').includes(base)) {
    console.log(`${base} is here already`)
    return
  }
  console.log(`making a stand-in for ${base}`)
  await run('mmdebstrap', [
    '--variant=minbase',
    '--include=ca-certificates',
    'bookworm',
    join(folder, 'base.tar'),
  ])
  await copyFile(process.execPath, join(folder, 'bun'))
  await Bun.write(join(folder, 'Containerfile'), STAND_IN)
  await run('buildah', [...BUILD, '-t', base, '-f', join(folder, 'Containerfile'), folder])
}

/** Within the image, whose stages are built as root; not of this machine. */
const BUILDER_HOME = '/root'

async function buildImage(): Promise<void> {
  const cache = join(homedir(), '.bun/install/cache')
  const startedAtMs = performance.now()
  await run('buildah', [...BUILD, '-v', `${cache}:${BUILDER_HOME}/.bun/install/cache`, '-t', IMAGE, ROOT])
  console.log(`built in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`)
}

async function bytesOf(image: string): Promise<number> {
  const images = JSON.parse(await run('buildah', ['images', '--json', image])) as { size: string }[]
  const [size = '', unit = ''] = (images[0]?.size ?? '').split(' ')
  return Number(size) * ({ KB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
