/** A real HAProxy with the very file that compose mounts; only the addresses are others. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'

export interface Balancer extends AsyncDisposable {
  /** Without a slash at the end. */
  url: string
}

const PROGRAM = 'haproxy'
const CONFIGURATION = join(import.meta.dir, 'haproxy.cfg')
const READY_TIMEOUT_MS = 30_000

/** @param ports of the three replicas, which need not be there yet */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  if (!Bun.which(PROGRAM)) throw new Error(`${PROGRAM} is missing: install the package ${PROGRAM}.`)
  const port = await freePort()
  const replicas = Object.fromEntries(
    ports.map((each, index) => [`REPLICA_${index + 1}`, `127.0.0.1:${each}`]),
  )
  const server = spawn(PROGRAM, ['-db', '-q', '-f', CONFIGURATION], {
    env: { ...process.env, LISTEN: `127.0.0.1:${port}`, ...replicas },
    // It complains there, and says nothing otherwise.
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
  }
}

/** Once it has a replica to send requests to. */
export async function balancing({ url }: Balancer): Promise<void> {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS
  for (;;) {
    const ready = await fetch(`${url}/balancerz`)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (ready) return
    if (performance.now() > giveUpAt) throw new Error('The balancer found no replica that is ready.')
    await Bun.sleep(50)
  }
}
