/** The test files, and which of them are quick: those that need no server, database, process or browser. */
import { extname, join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')
/** What opens something that outlasts a function call. */
const OPENS =
  /Bun\.(?:spawn|serve|listen)\b|new Worker\(|child_process|bun:sqlite|new SQL\(|playwright-core|createServer\(/

interface Source {
  opens: boolean
  /** Of our own files, from the root; types are no imports at run time. */
  imports: string[]
}

/** Paths from the root, sorted. */
export async function testFiles(): Promise<string[]> {
  const files = await Array.fromAsync(
    new Bun.Glob('{server,client,db,scripts}/**/*.test.{ts,tsx}').scan(ROOT),
  )
  return files.toSorted()
}

/** Derived from what each file imports, at any distance, so that there is no list to maintain. */
export async function quickTests(): Promise<string[]> {
  const sources = new Map<string, Promise<Source>>()
  const sourceOf = async (file: string) => {
    const known = sources.get(file) ?? readSource(file)
    sources.set(file, known)
    return await known
  }
  const isQuick = async (test: string) => {
    const seen = new Set([test])
    for (const file of seen) {
      const { opens, imports } = await sourceOf(file)
      if (opens) return false
      for (const each of imports) seen.add(each)
    }
    return true
  }
  const tests = await testFiles()
  const verdicts = await Promise.all(tests.map(isQuick))
  return tests.filter((_, index) => verdicts[index])
}

async function readSource(file: string): Promise<Source> {
  const text = await Bun.file(join(ROOT, file)).text()
  const loader = extname(file) === '.tsx' ? 'tsx' : 'ts'
  const imports = new Bun.Transpiler({ loader }).scanImports(text).flatMap(({ path }) => {
    if (!/^(?:#|\.\/).*\.tsx?$/.test(path)) return []
    return [path.startsWith('#') ? path.slice(1) : join(file, '..', path)]
  })
  return { opens: OPENS.test(text), imports }
}
