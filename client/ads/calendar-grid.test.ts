import { describe, expect, test } from 'bun:test'
import { layOut, moveDate } from './calendar-grid.ts'

const years = { from: '2024-11-22', to: '2026-11-21' }

describe('the calendar', () => {
  test('has every date once, Mondays on top', () => {
    const days = layOut(years, 53).flatMap((strip) => strip.days)
    expect(days).toHaveLength(730)
    expect(new Set(days.map(({ date }) => date)).size).toBe(730)
    expect([days[0]?.date, days.at(-1)?.date]).toEqual([years.from, years.to])
    expect(days.find(({ date }) => date === '2026-11-16')?.weekday).toBe(0)
  })

  test('is cut into strips of nearly the same length', () => {
    expect(layOut(years, 53).map(({ weeks }) => weeks)).toEqual([53, 52])
    expect(layOut(years, 14).every(({ weeks }) => weeks <= 14)).toBe(true)
    expect(layOut(years, 105)).toHaveLength(1)
  })

  test('begins in the middle of a week where the range does', () => {
    const [first] = layOut({ from: '2026-11-20', to: '2026-11-24' }, 53)
    expect(first?.days.map(({ week, weekday }) => [week, weekday])).toEqual([
      [0, 4],
      [0, 5],
      [0, 6],
      [1, 0],
      [1, 1],
    ])
  })

  test('names the months over the week that they begin in', () => {
    const [strip] = layOut({ from: '2026-01-01', to: '2026-03-31' }, 53)
    expect(strip?.months).toEqual([
      { date: '2026-01-01', week: 0 },
      { date: '2026-02-01', week: 4 },
      { date: '2026-03-01', week: 8 },
    ])
  })

  test('names no month where the name and its year would run into the next', () => {
    const [strip] = layOut({ from: '2025-12-17', to: '2026-03-31' }, 53)
    expect(strip?.months[0]).toEqual({ date: '2026-01-01', week: 2 })
  })

  test('leaves out the names that would run into one another where text is twice its size', () => {
    const [strip] = layOut({ from: '2026-02-01', to: '2026-07-31' }, 53, 2)
    expect(strip?.months.map(({ date }) => date.slice(5, 7))).toEqual(['03', '05', '06', '07'])
  })

  test('is nothing for a range that ends before it begins', () => {
    expect(layOut({ from: '2026-02-01', to: '2026-01-01' }, 53)).toEqual([])
  })
})

describe('a key in the calendar', () => {
  test.each([
    ['ArrowDown', '2026-03-02'],
    ['ArrowUp', '2026-02-28'],
    ['ArrowRight', '2026-03-08'],
    ['ArrowLeft', '2026-02-22'],
    ['PageUp', '2026-02-01'],
    ['Home', years.from],
    ['End', years.to],
  ])('%s leads to %s', (key, to) => {
    expect(moveDate('2026-03-01', key, years)).toBe(to)
  })

  test('stays within the range, and within the month where that is shorter', () => {
    expect(moveDate(years.to, 'ArrowRight', years)).toBe(years.to)
    expect(moveDate('2026-03-31', 'PageUp', years)).toBe('2026-02-28')
    expect(moveDate('2025-12-31', 'PageDown', years)).toBe('2026-01-31')
  })

  test('that is no movement leads nowhere', () => {
    expect(moveDate('2026-03-01', 'Enter', years)).toBeUndefined()
  })
})
