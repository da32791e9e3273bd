/** A program in a container, from its start to its end, and HTTP calls to the server in one. */
import type { Container } from './container.ts'

export type Running = ReturnType<Container['start']>

/** With a key from when it is known. */
export interface Caller {
  url: string
  key?: string
}

export const READY_TIMEOUT_MS = 60_000
const MAX_EXIT_MS = 10_000
const KEY = /The first API key.*: (\S+)/

export async function ready(server: Running, url: string): Promise<void> {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    const answers = await fetch(`${url}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (answers) return
    if (server.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`The container did not start: ${await new Response(server.stderr).text()}`)
    await Bun.sleep(50)
  }
}

/** @returns what it wrote. @throws Error when it failed */
export async function ended(what: string, command: Running): Promise<string> {
  const [written, said, code] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
    command.exited,
  ])
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${said.slice(-1_000)}`)
  return written
}

export async function stop(server: Running): Promise<void> {
  const startedAtMs = performance.now()
  server.kill('SIGTERM')
  expectSame('the exit code', await server.exited, 0)
  const ms = Math.round(performance.now() - startedAtMs)
  if (ms > MAX_EXIT_MS) throw new Error(`It took ${ms} ms to stop.`)
  console.log(`  stopped after ${ms} ms`)
}

/** Of a server that begins without any key. It writes too little for its pipe to fill afterwards. */
export async function firstKey(server: Running): Promise<string> {
  const reader = server.stdout.getReader()
  const decoder = new TextDecoder()
  let written = ''
  for (;;) {
    const { value, done } = await reader.read()
    written += decoder.decode(value, { stream: true })
    const key = KEY.exec(written)?.[1]
    if (key !== undefined) return key
    if (done) throw new Error(`No key was shown: ${written}`)
  }
}

export async function get<T>({ url, key }: Caller, path: string): Promise<T> {
  const response = await fetch(`${url}/v1${path}`, { headers: authorized(key) })
  expectSame(path, response.status, 200)
  return (await response.json()) as T
}

export async function post<T>({ url, key }: Caller, path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', ...authorized(key) }
  const response = await fetch(`${url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  expectSame(path, response.status, 201)
  return (await response.json()) as T
}

function authorized(key?: string): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

export function expectSame(what: string, found: unknown, expected: unknown): void {
  if (!Bun.deepEquals(found, expected))
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
}
