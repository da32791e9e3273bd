/** What else a server does all day: files are imported, streams stay open, ads are fetched again. */
import type { Replica } from '#scripts/lab/consistency/cluster.ts'
import type { Session } from '#scripts/lab/consistency/session.ts'

const IMPORTED = 100
const IMPORT_EVERY_MS = 15_000
const STREAMS = 30
const RUN_EVERY_MS = 600_000
const RUN_DAYS = 30
const DAY_MS = 86_400_000
const REOPEN_MS = 500

export interface Done {
  imports: number
  events: number
  runs: number
  /** A fault was in the way. */
  failed: number
}

/** Products that only files change. @returns their ids */
export async function importedProducts({ url }: Replica): Promise<ReadonlySet<number>> {
  await send(`${url}/v1/products/import`, file(0))
  const answer = await fetch(`${url}/v1/products?limit=200`)
  const { items } = (await answer.json()) as { items: { id: number }[] }
  return new Set(items.map(({ id }) => id))
}

/** Until the session is stopped. */
export async function startBeside(session: Session, replicas: readonly Replica[]): Promise<Done> {
  const done: Done = { imports: 0, events: 0, runs: 0, failed: 0 }
  const every = async (ms: number, does: (turn: number) => Promise<void>) => {
    for (let turn = 1; !session.stopped; turn++) {
      await does(turn).catch(() => void (done.failed += 1))
      await pause(session, ms)
    }
  }
  const at = (turn: number) => replicas[turn % replicas.length]?.url ?? ''
  await Promise.all([
    every(IMPORT_EVERY_MS, async (turn) => {
      await send(`${at(turn)}/v1/products/import`, file(turn))
      done.imports += 1
    }),
    every(RUN_EVERY_MS, async () => {
      await send(
        `${at(0)}/v1/ads/runs`,
        JSON.stringify({ ...lastDays(RUN_DAYS), refresh: true }),
        'application/json',
      )
      done.runs += 1
    }),
    ...Array.from(
      { length: STREAMS },
      async (_, index) =>
        await every(REOPEN_MS, async () => await follow(session, at(index), () => void (done.events += 1))),
    ),
  ])
  return done
}

/** Up to yesterday. */
function lastDays(days: number): { from: string; to: string } {
  return { from: dayBefore(days), to: dayBefore(1) }
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)
}

async function follow(session: Session, url: string, onEvent: () => void): Promise<void> {
  const ending = new AbortController()
  const answer = await fetch(`${url}/v1/products/changes/stream`, { signal: ending.signal })
  if (!answer.body) return
  for await (const part of answer.body) {
    if (part.length > 0) onEvent()
    if (session.stopped) ending.abort()
  }
}

function file(turn: number): string {
  const lines = Array.from(
    { length: IMPORTED },
    (_, n) => `LONG-${n},Thing ${n} of a file,${(turn % 90) + 1}.50,${turn % 50}`,
  )
  return `sku,name,price,stock_level\n${lines.join('\n')}\n`
}

async function send(url: string, body: string, type = 'text/csv'): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
}

async function pause(session: Session, ms: number): Promise<void> {
  const until = performance.now() + ms
  while (!session.stopped && performance.now() < until) await Bun.sleep(Math.min(250, ms))
}
