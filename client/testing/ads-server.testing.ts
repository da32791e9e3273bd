/** For tests: the real server in front of our simulator of Google Ads, as if it were Google. */
import { startSimulator, type SimulatorOptions } from '#scripts/lab/simulator/server.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'

/** The account that is asked, unless the environment says otherwise. */
const CUSTOMER = '1234567890'

export async function startAdsServer(
  options: SimulatorOptions,
  env: Record<string, string> = {},
): Promise<AsyncDisposable & { url: string; server: ServerProcess }> {
  await using opened = new AsyncDisposableStack()
  const simulator = opened.adopt(startSimulator(options), async (each) => await each.stop())
  const folder = opened.use(await temporaryFolder())
  const server = opened.use(
    await startServerProcess(folder.path, {
      ADS_SOURCE: 'google',
      GOOGLE_ADS_ENDPOINT: simulator.endpoint,
      GOOGLE_OAUTH_ENDPOINT: simulator.oauthEndpoint,
      GOOGLE_ADS_CLIENT_ID: 'id',
      GOOGLE_ADS_CLIENT_SECRET: 'secret',
      GOOGLE_ADS_REFRESH_TOKEN: 'refresh',
      GOOGLE_ADS_CUSTOMER_ID: CUSTOMER,
      ADS_REPORTS: 'campaign',
      ...env,
    }),
  )
  const resources = opened.move()
  return { url: server.url, server, [Symbol.asyncDispose]: async () => await resources.disposeAsync() }
}

/**
 * Waits until the run that a server begins when it starts has ended, as long as it goes on. No page is open meanwhile: it
 * would draw each day as it comes.
 */
export async function firstRunEnded(url: string): Promise<void> {
  const runs = new URL('/v1/ads/runs', url)
  const latest = async (): Promise<Begun | undefined> => {
    const { items } = (await (await fetch(runs)).json()) as { items: Begun[] }
    return items[0]
  }
  const isOver = (run: Begun | undefined) =>
    run !== undefined && run.state !== 'queued' && run.state !== 'running'
  let done: number | undefined
  for (;;) {
    const run = await until('the first run goes on', latest, (now) => isOver(now) || now?.done !== done)
    if (isOver(run)) return
    done = run?.done
  }
}

interface Begun {
  state: string
  done: number
}
