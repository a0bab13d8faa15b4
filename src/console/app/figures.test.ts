import { expect, test } from 'vitest'
import { count, duration, large, percent, relative, score, some } from './figures.ts'

test('a rate keeps two telling digits and never rounds to nothing or to certainty', () => {
  expect([0, 0.00001, 0.0006, 0.021, 0.11, 0.9999, 1].map(percent)).toEqual([
    '0 %',
    '< 0.01 %',
    '0.06 %',
    '2.1 %',
    '11 %',
    '> 99.9 %',
    '100 %',
  ])
  expect([0.93, 0.999].map(score)).toEqual(['0.93', '> 0.99'])
})

test('large numbers are short, small ones whole', () => {
  expect([7, 9_999, 24_000, 1_285_551, 31_012_080_000].map(large)).toEqual([
    '7',
    '9,999',
    '24 k',
    '1.3 M',
    '31.0 bn',
  ])
  expect([count(16_584_000), some(1, 'account'), some(24_000, 'account')]).toEqual([
    '16,584,000',
    '1 account',
    '24,000 accounts',
  ])
})

test('times are told as a person tells them', () => {
  expect([40, 4_500, 90_000, 7_200_000, 5 * 86_400_000].map(duration)).toEqual([
    '40 ms',
    '4.5 s',
    '2 min',
    '2 h',
    '5 d',
  ])
  expect([relative(0, 180_000), relative(180_000, 0), relative(0, 10)]).toEqual([
    '3 min ago',
    'in 3 min',
    'now',
  ])
})
