/** The server that answered, and what it stands on. */
import type { Outputs } from '#client/api.ts'
import { bytes, count, duration, moment } from '#client/ui/format.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { Facts } from './facts.tsx'
import { useSystemStatus } from './use-status.ts'

type Status = Outputs['system']['status']

const REDIS: Readonly<Record<Status['redis'], string>> = {
  none: 'not used',
  ok: 'answers',
  degraded: '▲ does not answer: all works, slower',
}

export function ServerCard() {
  const status = useSystemStatus()
  return (
    <Tile title="Server" isBusy={!status.data}>
      <Answered query={status}>
        {(data) => <ServerFacts status={data} nowMs={status.dataUpdatedAt} />}
      </Answered>
    </Tile>
  )
}

function ServerFacts({ status, nowMs }: { status: Status; nowMs: number }) {
  const { database, redis } = status
  return (
    <Facts
      facts={[
        ['Version', status.version],
        [
          'Up',
          <time key="up" dateTime={status.started_at} title={moment(status.started_at)}>
            {uptime(nowMs - Date.parse(status.started_at))}
          </time>,
        ],
        ['Database', <DatabaseWords key="database" database={database} />],
        [
          'Redis',
          <span key="redis" className={redis === 'degraded' ? 'warning' : undefined}>
            {REDIS[redis]}
          </span>,
        ],
        ['Servers', serversIn(status)],
        ['Memory', bytes(status.memory_bytes)],
        ['Last backup', <BackupWords key="backup" backup={status.backup} />],
      ]}
    />
  )
}

function serversIn({ processes, replicas }: Status): string {
  const here = `${count(processes)} on this port`
  return replicas === null ? here : `${here}, ${count(replicas)} with this Redis`
}

function DatabaseWords({ database: { state, product, version, bytes: size } }: Pick<Status, 'database'>) {
  if (state === 'unreachable') return <span className="warning">▲ does not answer</span>
  return (
    <>
      {product} {version}
      {size !== null && `, ${bytes(size)}`}
    </>
  )
}

function BackupWords({ backup }: Pick<Status, 'backup'>) {
  if (!backup)
    return (
      <>
        none is scheduled (<code>BACKUP_CRON</code>)
      </>
    )
  const { last, is_overdue: isOverdue, next_at: next } = backup
  return (
    <>
      {isOverdue && <span className="warning">▲ overdue; </span>}
      {last ? <LastBackup last={last} /> : next !== null && `none yet; the first ${moment(next)}`}
    </>
  )
}

function LastBackup({ last }: { last: NonNullable<NonNullable<Status['backup']>['last']> }) {
  const { ended_at: at, proved, bytes: size, problem } = last
  if (!proved)
    return (
      <span className="warning">
        ▲ failed {moment(at)}: {problem}
      </span>
    )
  return (
    <>
      {moment(at)}
      {size !== null && `, ${bytes(size)}`}, proved by restoring it
    </>
  )
}

const DAY_MS = 86_400_000

function uptime(ms: number): string {
  return ms < 2 * DAY_MS ? duration(ms) : `${count(Math.floor(ms / DAY_MS))} days`
}
