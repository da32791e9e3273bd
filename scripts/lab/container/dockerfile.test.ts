import { expect, test } from 'bun:test'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'

test('the image has every module that its programs import', async () => {
  await using folder = await temporaryFolder()
  const lines = (await Bun.file(join(ROOT, 'Dockerfile')).text()).split('\n')
  const copied = lines.flatMap((line) => {
    const [, files = ''] = /^COPY ((?!--).+) \S+$/.exec(line) ?? []
    return files.split(' ').filter((file) => file !== '' && file !== '.')
  })
  for (const file of copied) await cp(join(ROOT, file), join(folder.path, file), { recursive: true })
  const entry = await Bun.file(join(folder.path, 'scripts/adstock')).text()
  const names = /^ {2}(ads \| [^)]+)\)/m.exec(entry)?.[1]?.split(' | ') ?? []
  const programs = ['server/main.ts', 'server/cli/backup.ts', ...names.map((name) => `server/cli/${name}.ts`)]
  expect(names).toContain('webhooks')
  for (const program of programs.slice(0, 2)) expect(entry).toContain(program)
  const { success } = await Bun.build({
    entrypoints: programs.map((program) => join(folder.path, program)),
    target: 'bun',
    packages: 'external',
    throw: true,
  })
  expect(success).toBe(true)
})

test('what the build copies into the client is sent to the builder', async () => {
  const build = await Bun.file(join(ROOT, 'scripts/build.ts')).text()
  const copied = [...build.matchAll(/cp\(join\((ROOT|CLIENT), '([^']+)'\)/g)].map(([, folder, file]) =>
    folder === 'CLIENT' ? `client/${file}` : `${file}`,
  )
  expect(copied).toEqual(['client/PACKAGE.md', 'LICENSE'])
  const lines = (await Bun.file(join(ROOT, '.dockerignore')).text()).split('\n')
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'))
  for (const file of copied) {
    // As for an engine, the last rule that concerns a file or a folder above it decides.
    const isSent = rules.reduce((sent, rule) => {
      const pattern = rule.replace(/^!/, '')
      const concerns = [file, file.split('/')[0] ?? ''].some((path) => new Bun.Glob(pattern).match(path))
      return concerns ? rule.startsWith('!') : sent
    }, true)
    expect({ file, isSent }).toEqual({ file, isSent: true })
  }
})
