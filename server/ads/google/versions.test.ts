import { expect, test } from 'bun:test'
import { versionNotice } from './versions.ts'

test.each([
  ['v25', '2026-11-22', undefined],
  ['v23', '2026-11-22', 'is expected to end in 2027-02'],
  ['v26', '2027-08-15', 'is expected to end in 2027-11'],
  ['v23', '2026-10-30', undefined],
  ['v25', '2027-05-01', 'is expected to end in 2027-08'],
  ['v25', '2027-08-31', 'is expected to end in 2027-08'],
  ['v25', '2027-09-01', 'is probably gone'],
  ['v22', '2026-11-22', 'is probably gone'],
  ['v27', '2026-11-22', undefined],
])('%s on %s: %p', (version, today, says) => {
  const notice = versionNotice(version, today)
  if (says === undefined) expect(notice).toBeUndefined()
  else expect(notice).toContain(says)
})
