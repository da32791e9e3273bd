import { expect, test } from 'bun:test'
import { costInWords, limitsInWords, type Forecast } from './forecast-labels.ts'

const forecast: Forecast = {
  requested: 730,
  skipped: 0,
  requests: 730,
  units: 438_000,
  requests_last_24_h: 0,
  access: [
    { level: 'explorer', requests_per_day: 2880, fits: true, days: 1 },
    { level: 'basic', requests_per_day: 15_000, fits: true, days: 1 },
    { level: 'standard', requests_per_day: null, fits: true, days: 1 },
  ],
  notices: [],
}

test('what a fetch takes is said before it, and its time only where a pace is known', () => {
  expect(costInWords(forecast)).toBe('730 requests, about 438,000 units of quota')
  expect(costInWords({ ...forecast, eta_ms: 720_000 })).toEndWith(
    ', about 12 min at the pace of the last fetch',
  )
})

test('a limit is told where it bites', () => {
  expect(limitsInWords(forecast)).toBeUndefined()
  const [explorer, ...others] = forecast.access
  const narrow = explorer ? [{ ...explorer, fits: false, days: 2 }, ...others] : []
  expect(limitsInWords({ ...forecast, requests: 2800, requests_last_24_h: 100, access: narrow })).toBe(
    'More than one day allows, with 100 requests of the last 24 hours. Explorer access (2,880 requests a day): 2 days. What one day leaves, the next one goes on with.',
  )
})
