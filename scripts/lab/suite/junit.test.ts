/** The report of a real run: one file passes, and each other fails in a way of its own. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { filesWithoutFailure } from './junit.ts'

const FILES = {
  'passes.test.ts': "test('it', () => {})",
  'fails.test.ts': "test('one', () => {})\ntest('two', () => { throw new Error('no') })",
  'ends.test.ts': 'process.exit(0)',
  'cannot-load.test.ts': "test('it', () => {})\nthrow new Error('no')",
  'fails-late.test.ts': "test('it', () => {})\nafterAll(() => { throw new Error('no') })",
  'never-begins.test.ts': "beforeAll(() => { throw new Error('no') })\ntest('it', () => {})",
}

test('a file that failed is not among those that passed, whatever it failed by', async () => {
  await using folder = await temporaryFolder()
  for (const [name, text] of Object.entries(FILES))
    await Bun.write(
      join(folder.path, name),
      `import { afterAll, beforeAll, test } from 'bun:test'\n${text}\n`,
    )
  const report = join(folder.path, 'junit.xml')
  const child = Bun.spawn(
    [process.execPath, 'test', '--parallel=2', '--reporter=junit', `--reporter-outfile=${report}`],
    { cwd: folder.path, stdout: 'ignore', stderr: 'ignore' },
  )
  expect(await child.exited).not.toBe(0)
  expect(filesWithoutFailure(await Bun.file(report).text())).toEqual(['passes.test.ts'])
})
