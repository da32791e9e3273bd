/** The commands that the documents show, and a place to run them in: a copy of this clone, without Bun on the PATH. */
import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { registryRefusal } from '#scripts/lab/harness/registry.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'

export interface Block {
  /** `README.md:14` */
  place: string
  commands: { line: string; output: string }[]
}

/**
 * In a `console` block commands begin with `$`, go on while a quote is open, and what they print follows; an `sh` block
 * is commands alone.
 */
export function blocksOf(file: string, markdown: string): Block[] {
  return [...markdown.matchAll(/^```(sh|console)\n([\s\S]*?)^```/gm)].map((match) => {
    const [, language, body = ''] = match
    const place = `${file}:${markdown.slice(0, match.index).split('\n').length}`
    if (language === 'sh') {
      const lines = body.split('\n').filter((line) => line !== '')
      return { place, commands: lines.map((line) => ({ line, output: '' })) }
    }
    const commands = body.split(/^\$ /m).slice(1)
    return {
      place,
      commands: commands.map((text) => {
        const [line = ''] = /^(?:[^"\n]|"[^"]*")*/.exec(text) ?? []
        return { line, output: text.slice(line.length) }
      }),
    }
  })
}

/** What is printed matches what is shown, whatever the numbers, keys and line breaks; `…` stands for anything. */
export function isAsShown(shown: string, printed: string): boolean {
  const pattern = shown
    .replaceAll(/\s/g, '')
    .replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll(/ak_\w+/g, String.raw`ak_\w+`)
    .replaceAll(/\d(?:[\d,]|\\\.)*/g, String.raw`[\d.,]+`)
    .replaceAll('…', '.*')
  return new RegExp(pattern).test(printed.replaceAll(/\s/g, ''))
}

export interface Clone {
  path: string
  env: Record<string, string>
}

/** Bun and the packages come from the registry, as for a newcomer; its downloads are shared with the other installs of this machine. */
export async function cloneWithoutBun(folder: string): Promise<Clone> {
  const path = join(folder, 'adstock')
  await mkdir(path)
  const copy =
    'git ls-files -co --exclude-standard | grep -vx node_modules | tar cf - -T - | tar xf - -C "$0"'
  await Bun.$`bash -c ${copy} ${path}`.cwd(ROOT).quiet()
  const { BUN_INSTALL_CACHE_DIR = join(Bun.env['HOME'] ?? '', '.bun/install/cache') } = Bun.env
  const { ADSTOCK_BUN: _, DATABASE_URL: __, ADS_DIR: ___, ...inherited } = Bun.env as Record<string, string>
  const env = {
    ...inherited,
    PATH: (Bun.env['PATH'] ?? '')
      .split(delimiter)
      .filter((each) => !existsSync(join(each, 'bun')))
      .join(delimiter),
    BUN_INSTALL_CACHE_DIR,
  }
  const refusal = await registryRefusal(env)
  if (refusal !== undefined) {
    console.warn(`npm's registry does not answer, so Bun and packages are those of this machine:\n${refusal}`)
    const bun = join(path, '.tools/node_modules/.bin/bun')
    await mkdir(dirname(bun), { recursive: true })
    await symlink(process.execPath, bun)
    await symlink(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  }
  return { path, env }
}
