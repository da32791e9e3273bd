/** How soon Linux gives a core to a thread that is ready. */
import { ptr } from 'bun:ffi'
import { getPriority } from 'node:os'
import { libc } from '#db/libc.ts'

/** sched_setattr(2), for which not every C library has a function. */
const CALLS: Partial<Record<NodeJS.Architecture, number>> = { x64: 314, arm64: 274 }
const THIS_THREAD = 0
const ATTRIBUTES = { bytes: 48, flags: 8, niceness: 16, sliceNs: 24 }
const RESET_ON_FORK = 1
/** The shortest that the kernel takes; its own are of some ms. */
const SLICE_NS = 100_000

/**
 * Lets this thread, and none that it starts, interrupt those that compute in longer slices, as soon as it is ready. It
 * then computes for less at a time; its share of the processor stays. Needs no privilege. Linux before 6.12 and other
 * systems take no notice.
 */
export function takeShortSlices(): void {
  const number = process.platform === 'linux' ? CALLS[process.arch] : undefined
  if (number === undefined) return
  const attributes = new DataView(new ArrayBuffer(ATTRIBUTES.bytes))
  attributes.setUint32(0, ATTRIBUTES.bytes, true)
  attributes.setBigUint64(ATTRIBUTES.flags, BigInt(RESET_ON_FORK), true)
  attributes.setInt32(ATTRIBUTES.niceness, getPriority(THIS_THREAD), true)
  attributes.setBigUint64(ATTRIBUTES.sliceNs, BigInt(SLICE_NS), true)
  libc({ syscall: { args: ['i64', 'i32', 'ptr', 'u32'], returns: 'i64' } })?.syscall(
    number,
    THIS_THREAD,
    ptr(attributes),
    0,
  )
}
