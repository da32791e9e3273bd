import { expect, test } from 'bun:test'
import { processorMs } from './process-time.ts'
import { until } from './until.ts'

test.skipIf(process.platform !== 'linux')(
  'the processor time of a process grows while it computes',
  async () => {
    const child = Bun.spawn(['sh', '-c', 'while :; do :; done'])
    try {
      await until('it has used 50 ms', () => processorMs(child.pid) >= 50)
    } finally {
      child.kill('SIGKILL')
      await child.exited
    }
    expect(processorMs(child.pid)).toBe(0)
  },
)
