/** What the server sent to Google of what Google allows in a day. */
import type { Outputs } from '#client/api.ts'
import { bytes, count, percent } from '#client/ui/format.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { useAdsStatus } from './use-status.ts'

type Status = Outputs['ads']['status']

const LEVELS: Readonly<Record<Status['quota']['access'][number]['level'], string>> = {
  explorer: 'Explorer',
  basic: 'Basic',
  standard: 'Standard',
}

export function QuotaCard() {
  const status = useAdsStatus()
  return (
    <Tile title="Quota used in 24 hours" isBusy={!status.data}>
      <Answered query={status}>{(data) => <Quota status={data} />}</Answered>
    </Tile>
  )
}

function Quota({ status: { source, quota, store } }: { status: Status }) {
  const { requests_last_24_h: used, access } = quota
  return (
    <>
      <strong className="figure">
        {count(used)} <span className="unit">{used === 1 ? 'request' : 'requests'}</span>
      </strong>
      {source === 'google' ? (
        <ul className="quota-levels">
          {access.map(({ level, requests_per_day: limit }) => (
            <li key={level}>
              <Level name={LEVELS[level]} used={used} limit={limit} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet-text">Of no quota: the figures do not come from Google.</p>
      )}
      {source === 'google' && (
        <p className="quiet-text">Which level it is, the API Center of the manager account says.</p>
      )}
      <p className="quiet-text">
        The store has {count(store.files)} files, {bytes(store.bytes)}
        {store.free_bytes !== null && `; ${bytes(store.free_bytes)} are free`}
      </p>
    </>
  )
}

function Level({ name, used, limit }: { name: string; used: number; limit: number | null }) {
  if (limit === null) return <>{name}: no limit</>
  const words = `${name}: ${percent(used / limit)} of ${count(limit)}`
  return (
    <>
      <span className={used > limit ? 'warning' : undefined}>
        {used > limit && '▲ '}
        {words}
      </span>
      <meter aria-label={words} max={limit} high={limit} value={used} />
    </>
  )
}
