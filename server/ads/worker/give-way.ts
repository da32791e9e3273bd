import { setPriority } from 'node:os'

const NICENESS = 10

/** Of this thread. Only Linux gives a single one a priority of its own; elsewhere the whole process would be slowed. */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, NICENESS)
}
