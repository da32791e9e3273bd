/** A clock of a process that is set back and forth under it, by libfaketime (Debian's package of that name). */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`

export interface FakeClock {
  /** Of the process. */
  env: Record<string, string>
  /** @param offset from the true time, such as `-1h` */
  set: (offset: string) => void
}

export function fakeClockIn(folder: string): FakeClock {
  if (!existsSync(LIBRARY)) throw new Error(`${LIBRARY} is missing: install the package libfaketime.`)
  const file = join(folder, 'clock')
  const set = (offset: string) => writeFileSync(file, `${offset}\n`)
  set('+0')
  return {
    set,
    env: {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
}
