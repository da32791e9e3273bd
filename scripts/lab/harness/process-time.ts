import { readFileSync } from 'node:fs'

/** As Linux counts it for programs, on every architecture that Bun runs on. */
const TICKS_PER_SECOND = 100

/** Processor time that a process has used, in ms, to a hundredth of a second; 0 where there is no /proc. */
export function processorMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may have spaces: from the state on, time in the program is the 12th, in the kernel the 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}
