/** What is measured runs in a process of its own, and so does what it talks to. */
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { memoryMb } from '#scripts/lab/harness/process-memory.ts'

const ROOT = join(import.meta.dir, '../../..')
const POLL_MS = 20

export type Environment = Record<string, string>

export interface Simulator extends AsyncDisposable {
  env: Environment
  stats: () => Promise<{ figures: number; faults: Record<string, number> }>
}

export async function spawnSimulator(args: readonly string[]): Promise<Simulator> {
  const child = Bun.spawn([process.execPath, 'scripts/lab/simulator/main.ts', ...args], {
    cwd: ROOT,
    stdout: 'pipe',
    stderr: 'ignore',
  })
  // It stands for a service elsewhere, and is not to take the processor from what is measured.
  setPriority(child.pid, constants.priority.PRIORITY_LOW)
  const lines = await firstLines(child.stdout, 2)
  const told = Object.fromEntries(lines.map((line) => line.split('=', 2))) as Environment
  return {
    env: {
      ...told,
      GOOGLE_ADS_CLIENT_ID: 'x',
      GOOGLE_ADS_CLIENT_SECRET: 'x',
      GOOGLE_ADS_REFRESH_TOKEN: 'x',
      GOOGLE_ADS_CUSTOMER_ID: '1234567890',
      LOG_LEVEL: 'error',
    },
    stats: async () =>
      (await (await fetch(`${told['GOOGLE_ADS_ENDPOINT']}/__stats`)).json()) as Awaited<
        ReturnType<Simulator['stats']>
      >,
    async [Symbol.asyncDispose]() {
      child.kill()
      await child.exited
    },
  }
}

async function firstLines(stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true })
    if (text.split('\n').length > count) break
  }
  return text.split('\n').slice(0, count)
}

export interface Ran {
  /** From its start to its end, as a user waits for it. */
  wallMs: number
  cpuMs: number
  /** The highest resident memory it ever had. */
  peakMb: number
  summaries: { requested: number; rows: number; requests: number; retries: number; fetched: number }[]
}

/** @throws Error when it does not end with 0 */
export async function runAds(args: readonly string[], env: Environment): Promise<Ran> {
  const startedAtMs = performance.now()
  const child = Bun.spawn([process.execPath, 'server/cli/ads.ts', ...args, '--json'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let peakMb = 0
  const watch = setInterval(() => (peakMb = Math.max(peakMb, memoryMb(child.pid, 'VmHWM'))), POLL_MS)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  clearInterval(watch)
  if (code !== 0) throw new Error(`ads ${args.join(' ')} ended with ${code}: ${stderr}`)
  const usage = child.resourceUsage()
  const summaries = [JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')].flat() as Ran['summaries']
  return {
    wallMs: performance.now() - startedAtMs,
    cpuMs: Number(usage?.cpuTime.total ?? 0) / 1000,
    peakMb,
    summaries,
  }
}

/** @throws Error when it does not end with 0 */
export async function runToEnd(command: readonly string[], env: Environment): Promise<void> {
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const stderr = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
}
