import { afterAll, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { statePath, tmpDir } from '#server/ads/store/layout.ts'
import { Catalogue } from './catalogue.ts'

const root = mkdtempSync(join(tmpdir(), 'adstock-catalogue-'))
const dir = join(root, 'store')
const reportsFolder = join(root, 'reports')
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  mkdirSync(tmpDir(dir), { recursive: true })
  mkdirSync(reportsFolder)
  write('hours', 'SELECT segments.hour, metrics.clicks FROM campaign')
  write('devices', 'SELECT segments.device, metrics.clicks FROM campaign')
})

const open = () => new Catalogue({ dir, reportsFolder })
const write = (name: string, text: string) => writeFileSync(join(reportsFolder, `${name}.gaql`), text)
const typeOfHour = (catalogue: Catalogue) => catalogue.get('hours').columns[2]?.type

test('what was looked up is known to the next process, until the query or the version is another', async () => {
  const first = open()
  expect([typeOfHour(first), first.isConfirmed('hours', 'v25')]).toEqual(['string', false])
  await first.confirm('hours', { 'segments.hour': 'INT32' }, 'v25')
  expect(typeOfHour(first)).toBe('integer')
  const next = open()
  expect([typeOfHour(next), next.isConfirmed('hours', 'v25')]).toEqual(['integer', true])
  expect(next.isConfirmed('hours', 'v26')).toBe(false)
  expect(next.isConfirmed('campaign', 'v26')).toBe(true)
  write('hours', 'SELECT segments.hour, metrics.impressions FROM campaign')
  expect(open().isConfirmed('hours', 'v25')).toBe(false)
})

test('two processes do not forget what the other one looked up', async () => {
  const [server, command] = [open(), open()]
  await command.confirm('hours', {}, 'v25')
  await server.confirm('devices', {}, 'v25')
  const next = open()
  expect([next.isConfirmed('hours', 'v25'), next.isConfirmed('devices', 'v25')]).toEqual([true, true])
})

test('earlier queries stay known, also when the file is gone', async () => {
  await open().confirm('hours', {}, 'v25')
  const { fingerprint } = open().get('hours')
  write('hours', 'SELECT segments.hour, metrics.impressions FROM campaign')
  const changed = open()
  await changed.confirm('hours', {}, 'v25')
  expect(changed.isCurrent({ report: 'hours', columns: `${fingerprint}` })).toBe(false)
  expect(changed.definitionsOf('hours').map(({ summed }) => summed[0]?.name)).toEqual([
    'impressions',
    'clicks',
  ])
  rmSync(join(reportsFolder, 'hours.gaql'))
  const without = open()
  expect(without.find('hours')).toBeUndefined()
  expect(without.definitionsOf('hours')).toHaveLength(2)
  expect(without.isCurrent({ report: 'hours', columns: `${fingerprint}` })).toBe(true)
})

test('what is damaged counts as never looked up', async () => {
  await open().confirm('hours', {}, 'v25')
  for (const text of [
    '{',
    '[]',
    '{"hours":[{"text":"SELECT"}]}',
    '{"hours":[{"text":"SELECT","data_types":{}}]}',
  ]) {
    writeFileSync(statePath(dir, 'reports.json'), text)
    const catalogue = open()
    expect(catalogue.isConfirmed('hours', 'v25')).toBe(false)
    expect(catalogue.definitionsOf('hours')).toHaveLength(1)
  }
})
