/** For tests: the real server in front of our simulator of Google Ads, as if it were Google. */
import { startSimulator, type SimulatorOptions } from '#scripts/lab/simulator/server.ts'
import { temporaryFolder } from '#server/testing.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'

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
