/** The accounts, their state, and how many of the dates of two years each report has of them. */
import type { Outputs } from '#client/api.ts'
import { reportLabel } from '#client/ads/days.ts'
import { count, plural } from '#client/ui/format.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { useAdsStatus } from './use-status.ts'

type Status = Outputs['ads']['status']
type Account = Status['accounts'][number]
type State = Status['dates'][number]['state']

/** A date that a closed account lacks is never going to be there. */
const STORED: readonly State[] = ['complete', 'empty', 'provisional']
const LACKING: readonly State[] = ['missing', 'failed', 'partial']

export function CoverageCard() {
  const status = useAdsStatus()
  return (
    <Tile
      title="Accounts and dates, two years"
      link={{ href: '/ads', label: 'See every date' }}
      isBusy={!status.data}
    >
      <Answered query={status}>
        {(data) =>
          data.accounts.length === 0 ? (
            <p className="quiet-text">No account is known yet: the first run asks for them.</p>
          ) : (
            <ul className="accounts">
              {data.accounts.map((account) => (
                <li key={account.customer_id}>
                  <AccountEntry account={account} dates={data.dates} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Tile>
  )
}

function AccountEntry({ account, dates }: { account: Account; dates: Status['dates'] }) {
  const { customer_id: id, name, currency, time_zone: zone, closed, zone_changed: moved } = account
  const own = dates.filter((each) => each.customer_id === id)
  return (
    <>
      <h3>
        {name === '' ? id : name} {closed !== undefined && <span className="tag handled">Closed</span>}
      </h3>
      <p className="quiet-text">{[name === '' ? '' : id, currency, zone].filter(Boolean).join(' · ')}</p>
      {closed !== undefined && <p className="quiet-text">{closed}: it is no longer asked.</p>}
      {moved && (
        <p className="warning">
          ▲ Its time zone has changed: {plural(moved.dates, 'date')} are to be fetched again.
        </p>
      )}
      <ul>
        {[...Map.groupBy(own, ({ report }) => report)].map(([report, counts]) => (
          <li key={report}>
            {reportLabel(report)}: <Counted counts={counts} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Counted({ counts }: { counts: Status['dates'] }) {
  const of = (states: readonly State[]) =>
    counts.filter(({ state }) => states.includes(state)).reduce((sum, { dates }) => sum + dates, 0)
  const [stored, failed, lacking] = [of(STORED), of(['failed']), of(LACKING)]
  const all = counts.reduce((sum, { dates }) => sum + dates, 0)
  return (
    <>
      {count(stored)} of {plural(all, 'date')}
      {lacking > 0 && (
        <span className="warning">
          {' '}
          ▲ {failed === lacking ? `${count(failed)} failed` : `${count(lacking)} missing`}
          {failed > 0 && failed < lacking && `, ${count(failed)} of them failed`}
        </span>
      )}
    </>
  )
}
