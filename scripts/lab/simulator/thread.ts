/** The simulator beside its caller, not within: making up figures takes processor time that the caller's requests need. */
import type { Simulator } from './server.ts'

export type Endpoints = Pick<Simulator, 'endpoint' | 'oauthEndpoint'>

export async function startSimulatorThread(): Promise<Endpoints & { stop(): void }> {
  const worker = new Worker(new URL('./serving.ts', import.meta.url).href)
  const ready = Promise.withResolvers<Endpoints>()
  worker.addEventListener('message', ({ data }: MessageEvent<Endpoints>) => ready.resolve(data))
  worker.addEventListener('error', ({ message }) =>
    ready.reject(new Error(`The simulator did not start: ${message}`)),
  )
  return { ...(await ready.promise), stop: () => worker.terminate() }
}
