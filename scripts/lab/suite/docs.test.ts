/** What the documents and comments say of the code: cited files and headings exist, and the wording is technical. */
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
const IGNORED = /(?:^|\/)(?:node_modules|\.tools|dist|data)\//

async function filesOf(pattern: string): Promise<string[]> {
  const found = await Array.fromAsync(new Bun.Glob(pattern).scan({ cwd: ROOT, dot: true }))
  return found.filter((file) => !IGNORED.test(`/${file}`)).toSorted()
}

async function textOf(file: string): Promise<string> {
  return await Bun.file(join(ROOT, file)).text()
}

/** As GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

async function brokenLinks(file: string): Promise<string[]> {
  const text = await textOf(file)
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  const broken: string[] = []
  for (const [, link = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path))
    if (!existsSync(join(ROOT, target))) broken.push(`${file}: ${link}`)
    else if (anchor !== undefined && !anchorsOf(await textOf(target)).has(anchor))
      broken.push(`${file}: ${link}`)
  }
  return broken
}

/** Of our own files, cited in backquotes: from the root, from the document's folder, or from a folder beside it. */
async function missingFiles(file: string): Promise<string[]> {
  const sources = await filesOf('{server,client,db,scripts}/**/*.{ts,tsx}')
  const cited = (await textOf(file)).matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.tsx?)`/g)
  return [...cited].flatMap(([, path = '']) =>
    path.startsWith('.') || sources.some((source) => source === path || source.endsWith(`/${path}`))
      ? []
      : [`${file}: ${path}`],
  )
}

test('every path, anchor and file that a document cites exists', async () => {
  const documents = await filesOf('**/*.md')
  expect(documents).toContain('README.md')
  const problems = await Promise.all(
    documents.map(async (file) => [...(await brokenLinks(file)), ...(await missingFiles(file))]),
  )
  expect(problems.flat()).toEqual([])
})

/** As the subject of a technical sentence each of them hides what acts: a caller, a reader, a server. */
const VAGUE = /\b(?:who|whoever|nobody|somebody|everybody|everyone|anybody)\b/i
/** The user that PostgreSQL runs as. */
const ALLOWED = /runs as nobody/

test('no comment and no document is about somebody', async () => {
  const documents = await filesOf('**/*.md')
  const sources = (await filesOf('{server,client,db,scripts}/**/*.{ts,tsx,css}')).filter(
    (file) => !/\.test\.tsx?$/.test(file),
  )
  const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)|\s\/\/ /.test(line)
  const vague = async (file: string, counts: (line: string) => boolean) =>
    (await textOf(file))
      .split('\n')
      .flatMap((line, index) =>
        counts(line) && VAGUE.test(line) && !ALLOWED.test(line)
          ? [`${file}:${index + 1} ${line.trim()}`]
          : [],
      )
  const found = await Promise.all([
    ...documents.map(async (file) => await vague(file, () => true)),
    ...sources
      .filter((file) => !file.endsWith('docs.test.ts'))
      .map(async (file) => await vague(file, isComment)),
  ])
  expect(found.flat()).toEqual([])
})
