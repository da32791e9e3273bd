/** For the person that runs the server: how the nights went, what it has cost, how the parts are, and which keys there are. */
import { useRuns } from '#client/ads/use-ads.ts'
import { plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { DemoLabel } from '#client/ui/states.tsx'
import { Audit } from './audit.tsx'
import { CoverageCard } from './coverage-card.tsx'
import { ErrorsCard } from './errors-card.tsx'
import { ImportMappings } from './import-mappings.tsx'
import { Keys } from './keys.tsx'
import { NightsCard } from './nights-card.tsx'
import { QuotaCard } from './quota-card.tsx'
import { ServerCard } from './server-card.tsx'
import { SettingsInForce } from './settings-in-force.tsx'
import { useAdsStatus, useRecentErrors } from './use-status.ts'
import { Webhooks } from './webhooks.tsx'

export default function OperationsPage() {
  const ads = useAdsStatus()
  const runs = useRuns()
  // How high the nights are is known with them: what is below is not moved.
  const isThere = ads.isFetched && runs.isFetched
  const failures = useRecentErrors().data?.items.filter(({ status }) => status >= 500).length ?? 0
  return (
    <Place
      title="Operations"
      label={<DemoLabel source={ads.data?.source} />}
      status={
        <span>
          {failures === 0
            ? 'No request failed on the server'
            : `${plural(failures, 'request')} failed of late`}
        </span>
      }
    >
      <div className="operations-scroll">
        <div className="operations-cards">
          <NightsCard />
          {isThere && (
            <>
              <QuotaCard />
              <CoverageCard />
              <ServerCard />
              <ErrorsCard />
            </>
          )}
        </div>
        {isThere && (
          <>
            <Keys />
            <Webhooks />
            <Audit />
            <ImportMappings />
            <SettingsInForce />
          </>
        )}
      </div>
    </Place>
  )
}
