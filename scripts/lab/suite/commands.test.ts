/** Every command that a document shows works as it is written, in a fresh clone, with npm and without Bun. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { blocksOf, cloneWithoutBun, isAsShown, type Block, type Clone } from './commands.testing.ts'

setDefaultTimeout(240_000)

/** And why. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^\.\/scripts\/test\b/, 'runs this test'],
  [/^\.\/scripts\/adstock (?:bench|consistency|container)\b/, 'measures for minutes'],
  [/^docker /, 'needs a container engine'],
  [/^sudo /, 'sets a machine up: scripts/recipes/recipes.test.ts'],
  [/^node report\.ts/, 'is in a project of its own: scripts/recipes/recipes.test.ts'],
  [/^npm install http/, 'is for projects of others: client/install.test.ts'],
]
/** They end with a signal; until then they print this. */
const ENDLESS: readonly (readonly [RegExp, string])[] = [
  [/^\.\/scripts\/start$/, 'Adstock is at'],
  [/^\.\/scripts\/adstock simulator\b/, 'is being served'],
  [/^\.\/scripts\/adstock webhooks listen\b/, 'Listening'],
]
/** Others end with 0. */
const EXIT_CODES: readonly (readonly [RegExp, number])[] = [
  [/products import artikel\.csv/, 1],
  [/products import scripts\/recipes\/shopify\.csv/, 1],
]

/** What they print is not compared, and why. */
const CHANGES: readonly (readonly [RegExp, string])[] = [
  [/ads query/, 'the demo sells other things each day'],
]

const of = <T>(table: readonly (readonly [RegExp, T])[], line: string): T | undefined =>
  table.find(([pattern]) => pattern.test(line))?.[1]

const documents = [...new Bun.Glob('**/*.md').scanSync({ cwd: ROOT, dot: true })].filter(
  (file) => !/(?:^|\/)(?:node_modules|\.tools|dist|data)\//.test(file),
)
// The main one first: it starts the server.
const ordered = ['README.md', ...documents.filter((file) => file !== 'README.md').toSorted()]
const blocks = ordered.flatMap((file) => blocksOf(file, readFileSync(join(ROOT, file), 'utf8')))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clone: Clone
/** Those in the documents, and what stands for them here. */
const ports = new Map<string, string>()
const endless: Bun.Subprocess[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  clone = await cloneWithoutBun(folder.path)
  for (const port of ['3000', '4040', '8787']) ports.set(port, String(await freePort()))
  clone.env['PORT'] = ports.get('3000') ?? ''
})
afterAll(async () => {
  for (const program of endless) {
    program.kill('SIGTERM')
    await program.exited
  }
  await folder[Symbol.asyncDispose]()
})

const here = (line: string) => line.replaceAll(/\b(?:3000|4040|8787)\b/g, (port) => ports.get(port) ?? port)

async function begin(line: string, words: string): Promise<void> {
  const program = Bun.spawn(['bash', '-c', `exec 2>&1\nexec ${here(line)}`], {
    cwd: clone.path,
    env: clone.env,
    stdin: 'ignore',
    stdout: 'pipe',
  })
  endless.push(program)
  let printed = ''
  for await (const part of program.stdout.pipeThrough(new TextDecoderStream())) {
    printed += part
    if (printed.includes(words)) return
  }
  throw new Error(`${line} ended:\n${printed}`)
}

/** In one shell, which keeps what a command has exported. */
async function runAll(commands: Block['commands']): Promise<{ code: number; printed: string }[]> {
  const mark = crypto.randomUUID()
  const script = commands.map(({ line }) => `{\n${here(line)}\n}; printf '%s %d\\n' '${mark}' $?\n`).join('')
  const shell = Bun.spawn(['bash', '-c', `exec 2>&1\n${script}`], {
    cwd: clone.path,
    env: clone.env,
    stdin: 'ignore',
    stdout: 'pipe',
  })
  const parts = (await new Response(shell.stdout).text()).split(`${mark} `)
  return commands.map((_, index) => ({
    printed: (parts[index] ?? '').replace(/^\d+\n/, ''),
    code: Number.parseInt(parts[index + 1] ?? '-1', 10),
  }))
}

test.each(blocks.map((block) => [block.place, block] as const))('%s', async (_, block) => {
  const wanted = block.commands.filter(({ line }) => of(NOT_RUN, line) === undefined)
  for (const { line } of wanted) {
    const words = of(ENDLESS, line.replace(/\s+#.*$/, ''))
    if (words !== undefined) await begin(line, words)
  }
  const ending = wanted.filter(({ line }) => of(ENDLESS, line.replace(/\s+#.*$/, '')) === undefined)
  const results = await runAll(ending)
  ending.forEach(({ line, output }, index) => {
    const { code, printed } = results[index] ?? { code: -1, printed: '' }
    const asShown = of(CHANGES, line) !== undefined || isAsShown(output, printed)
    expect({ line, code, asShown, ...(!asShown && { printed }) }).toEqual({
      line,
      code: of(EXIT_CODES, line) ?? 0,
      asShown: true,
    })
  })
  // A run of two years begins with the server, and holds the store.
  if (endless.length === 1)
    await until('the first run has ended', async () => {
      const runs = await fetch(`http://127.0.0.1:${ports.get('3000')}/v1/ads/runs`)
      const { items } = (await runs.json()) as { items: { state: string }[] }
      return items[0]?.state === 'done'
    })
})

test('no command hides in a block of another language', async () => {
  const hidden = await Promise.all(
    ordered.map(async (file) => {
      const text = await Bun.file(join(ROOT, file)).text()
      return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(([, language = '', body = '']) =>
        !['sh', 'console'].includes(language) && /^(?:\$ |\.\/scripts\/|curl |bun |npm )/m.test(body)
          ? [`${file}: ${body.slice(0, 80)}`]
          : [],
      )
    }),
  )
  expect(hidden.flat()).toEqual([])
})
