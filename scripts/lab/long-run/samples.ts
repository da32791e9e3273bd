/** What a run of hours must not use up: memory, descriptors, room on the disk, and the time of a read. */
import { median } from '#scripts/lab/harness/median.ts'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryMb } from '#scripts/lab/harness/process-memory.ts'
import type { Cluster } from '#scripts/lab/consistency/cluster.ts'

export interface Sample {
  minute: number
  /** Of each server, in MB. */
  memory: number[]
  descriptors: number[]
  databaseMb: number
  storesMb: number
  redisMb: number
  /** Of reads while nothing is wrong, in ms. */
  p50: number
  p99: number
}

const MB = 1e6

export async function sampleOf(
  { replicas, sql, redis, folder }: Cluster,
  taken: Pick<Sample, 'minute' | 'p50' | 'p99'>,
): Promise<Sample> {
  const pids = replicas.map(({ pid }) => pid())
  const [database] = (await sql`select pg_database_size(current_database())::float8 as bytes`) as {
    bytes: number
  }[]
  const info = await redis.command('INFO', 'memory')
  return {
    ...taken,
    memory: pids.map((pid) => memoryMb(pid, 'VmRSS')),
    descriptors: await Promise.all(pids.map(async (pid) => (await readdir(`/proc/${pid}/fd`)).length)),
    databaseMb: (database?.bytes ?? 0) / MB,
    storesMb: (await sizeOf(folder)) / MB,
    redisMb: Number(/used_memory:(\d+)/.exec(String(info))?.[1]) / MB,
  }
}

/** Files come and go meanwhile. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined)
      return found?.isFile() ? found.size : 0
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

export interface Flatness {
  what: string
  first: number
  last: number
  limit: number
}

/** The last quarter beside the first, which begins when all is warm. Disks hold what was written: they grow evenly. */
export function flatnessOf(samples: readonly Sample[]): Flatness[] {
  const warm = samples.slice(Math.floor(samples.length / 8))
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const beside = (what: string, limit: number, of: (sample: Sample) => number): Flatness => ({
    what,
    limit,
    first: median(warm.slice(0, quarter).map(of)),
    last: median(warm.slice(-quarter).map(of)),
  })
  const growth = (what: string, of: (sample: Sample) => number): Flatness => {
    const [begin, middle, end] = [warm[0], warm[Math.floor(warm.length / 2)], warm.at(-1)].map((sample) =>
      sample ? of(sample) : 0,
    )
    return { what, limit: 1.5, first: (middle ?? 0) - (begin ?? 0), last: (end ?? 0) - (middle ?? 0) }
  }
  return [
    beside('memory of the largest server, MB', 1.25, ({ memory }) => Math.max(...memory)),
    beside('descriptors of the server with most', 1.25, ({ descriptors }) => Math.max(...descriptors)),
    beside('p99 of a read, ms', 1.5, ({ p99 }) => p99),
    beside('memory of Redis, MB', 1.25, ({ redisMb }) => redisMb),
    growth('growth of the database in either half, MB', ({ databaseMb }) => databaseMb),
    growth('growth of the stores in either half, MB', ({ storesMb }) => storesMb),
  ]
}

export function isFlat({ first, last, limit }: Flatness): boolean {
  // Half a megabyte, a descriptor or a millisecond is no growth.
  return last <= first * limit + 1
}
