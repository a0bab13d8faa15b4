import { expect, test } from 'vitest'
import { Clock } from './clock.ts'

const HOUR = 3_600_000
const T = 1_780_000_000_000

function jumps(times: readonly number[]): number {
  const clock = new Clock()
  return times.filter((time) => clock.hasJumped(T + time * HOUR)).length
}

test.each([
  [[0, 0.1, 0.2], 0, 'an even log'],
  [[0, 0.9, 0.1, 1, 0.2], 0, 'disorder within the hour'],
  [[0, 0.1, 72, 72.1], 0, 'a log that was quiet for days'],
  [[0, 0.1, 50, 0.2, 0.3], 1, 'a lone time in the future'],
  [[10, 10.1, 1, 10.2, 10.3], 1, 'a lone time in the past'],
  [[10, 10.1, 1, 1.1, 1.2], 1, 'a clock set back for good'],
  [[0, 50, 0.1, 60, 0.2], 2, 'two lone times'],
])('%j has %i jumps: %s', (times, count) => {
  expect(jumps(times)).toBe(count)
})
