/** Memory in which the processes of one machine count callers together. */
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arrivals } from './gcra.ts'

/** 8 MiB, of which only pages in use take memory. */
const SLOTS = 2 ** 20
const SLOT_BYTES = 8

/**
 * A file without a name, zeros but for a secret: processes that are given it see each other's writes at once, and it is
 * gone with the last of them.
 */
export function createSharedMemory(): number {
  const path = join(tmpdir(), `adstock-${crypto.randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  rmSync(path)
  ftruncateSync(file, SLOTS * SLOT_BYTES)
  writeSync(file, crypto.getRandomValues(new Uint8Array(SLOT_BYTES)), 0, SLOT_BYTES, 0)
  return file
}

/**
 * One slot for each caller, by its hash. Two callers with the same slot draw on one limit: of a hundred callers at once
 * one in ten thousand does. So no caller is admitted more than its limit, whichever processes it reaches, and no lock
 * is held that a killed process would leave. The secret keeps a stranger from choosing an address with another's slot.
 * @param file as inherited; closed here
 */
export function openSharedArrivals(file: number): Arrivals {
  const bytes = Bun.mmap(`/proc/self/fd/${file}`, { shared: true })
  closeSync(file)
  const slots = new BigInt64Array(bytes.buffer, bytes.byteOffset, SLOTS)
  const secret = slots[0] ?? 0n
  const number = new Float64Array(1)
  const bits = new BigInt64Array(number.buffer)
  const slotOf = (caller: string) => 1 + Number(Bun.hash(caller, secret) % BigInt(SLOTS - 1))
  const toBits = (value: number) => {
    number[0] = value
    return bits[0] ?? 0n
  }
  return {
    get(caller) {
      bits[0] = Atomics.load(slots, slotOf(caller))
      return number[0]
    },
    replace(caller, before = 0, after) {
      const expected = toBits(before)
      return Atomics.compareExchange(slots, slotOf(caller), expected, toBits(after)) === expected
    },
  }
}
