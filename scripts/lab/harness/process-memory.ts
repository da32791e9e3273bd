import { readFileSync } from 'node:fs'

/** What a process has now, or had at most, in MB; 0 where there is no /proc, or no such process any more. */
export function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, kb = '0'] = new RegExp(`${field}:\\s+(\\d+)`).exec(status) ?? []
    return Number(kb) / 1024
  } catch {
    return 0
  }
}
