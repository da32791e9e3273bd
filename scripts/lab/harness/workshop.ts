/** For tests with tools of others, which npm installs into a folder of its own: they would get in each other's way here. */
import { join } from 'node:path'
import { temporaryFolder } from './test-server.ts'

export interface Workshop extends AsyncDisposable {
  path: string
  /** @returns what it printed. @throws Error when it fails */
  run: (...command: string[]) => Promise<string>
}

/** @param packages such as `orval@8.38.0` */
export async function workshop(packages: readonly string[]): Promise<Workshop> {
  const folder = await temporaryFolder()
  const { path } = folder
  await Bun.write(join(path, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const run: Workshop['run'] = async (...command) => {
    const tool = Bun.spawn(command, {
      cwd: path,
      env: {
        ...Bun.env,
        PATH: `${join(path, 'node_modules/.bin')}:${Bun.env['PATH']}`,
        REDOCLY_TELEMETRY: 'off',
        REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const said = await Promise.all([tool.stdout, tool.stderr].map((stream) => new Response(stream).text()))
    if ((await tool.exited) !== 0)
      throw new Error(`${command.join(' ')} fails:\n${said.join('').slice(-4000)}`)
    return said.join('')
  }
  await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', ...packages)
  return { path, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
