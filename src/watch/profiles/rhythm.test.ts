import { expect, test } from 'vitest'
import { accountsOf, every, exchange, MONDAY, sittings } from '../exchanges.fixture.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import type { Accounts } from './accounts.ts'
import { ageDays, dayConcentration, type Rhythm, rhythmOf, sittingExcess } from './rhythm.ts'

function at(times: readonly number[], created?: number): Accounts {
  return accountsOf(times.map((ts) => exchange({ ts, ...(created !== undefined && { created }) })))
}

/** As many exchanges at random moments of `days` days, at any hour. */
function scattered(days: number, count: number): number[] {
  const random = Random.of(5, days, count)
  return Array.from({ length: count }, () => MONDAY + Math.floor(random.next() * days * DAY_MS))
}

test.each<[string, Rhythm, number[]]>([
  ['a queue that sends every hour round the clock', 'steady', every(HOUR_MS, 240)],
  ['a queue that sends every forty minutes for two days', 'steady', every(40 * MINUTE_MS, 72)],
  ['exchanges scattered over all hours', 'steady', scattered(10, 60)],
  ['a busy queue scattered over all hours', 'steady', scattered(3, 2000)],
  ['a queue that sends every five minutes round the clock', 'steady', every(5 * MINUTE_MS, 600)],
  ['a queue that sends every twenty seconds for two days', 'steady', every(20_000, 8640)],
  ['two sittings a day, and nights', 'sittings', sittings(7, [9, 15], 6)],
  ['sittings at all hours of the day and night', 'sittings', sittings(7, [0, 5, 10, 14, 19], 6)],
  ['office hours without sittings', 'sittings', sittings(7, [9, 10, 11, 12, 13, 14, 15, 16], 1)],
  ['one run of an hour', 'burst', every(MINUTE_MS, 60)],
  ['one run of thousands in five hours', 'burst', every(5000, 3600)],
  ['one night’s run, too short to show a day', 'sittings', every(5 * MINUTE_MS, 120)],
  ['seven exchanges, however regular', 'few', every(DAY_MS / 2, 7)],
])('%s: %s', (_, rhythm, times) => {
  expect(rhythmOf(at(times), 0)).toBe(rhythm)
})

test('an account that nobody has heard yet has few', () => {
  const accounts = at([MONDAY])
  accounts.indexOf('silent')
  expect(rhythmOf(accounts, 1)).toBe('few')
})

test('the concentration of a day is 1 at one hour, 0 round the clock and between in office hours', () => {
  expect(dayConcentration(at(every(DAY_MS, 10)), 0)).toBeCloseTo(1)
  expect(dayConcentration(at(every(HOUR_MS, 48)), 0)).toBeCloseTo(0)
  const office = dayConcentration(at(sittings(5, [9, 10, 11, 12, 13, 14, 15, 16], 2)), 0)
  expect(office).toBeGreaterThan(0.5)
  expect(office).toBeLessThan(0.95)
})

test('the excess of short gaps is that of sittings, not of being busy', () => {
  expect(sittingExcess(at(sittings(7, [9, 15], 10)), 0)).toBeGreaterThan(0.7)
  expect(sittingExcess(at(scattered(10, 60)), 0)).toBeLessThan(0.15)
  expect(sittingExcess(at(scattered(2, 3000)), 0)).toBeLessThan(0.15)
})

test('age is counted from the account’s making to its first exchange, and unknown without a day of making', () => {
  expect(ageDays(at([MONDAY], MONDAY - 3 * DAY_MS), 0)).toBe(3)
  expect(ageDays(at([MONDAY, MONDAY + DAY_MS], MONDAY - DAY_MS / 2), 0)).toBe(0.5)
  expect(ageDays(at([MONDAY], MONDAY + DAY_MS), 0)).toBe(0)
  expect(ageDays(at([MONDAY]), 0)).toBeUndefined()
})
