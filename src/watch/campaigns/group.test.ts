import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elsewhere, outputElsewhere, type Population } from './group.ts'

function population(outputs: readonly number[]): Population {
  return {
    accounts: outputs.length,
    newness: 0,
    clients: new Map(),
    settings: new Map(),
    outputs: Float64Array.from(outputs).sort(),
    techniques: [],
    everybodys: new Set(),
  }
}

test('a campaign that is half of everybody is held against the other half', () => {
  const everybody = population(new Array<number>(1000).fill(8))
  expect(elsewhere(0.5, 1, 500, everybody)).toBe(0)
  expect(elsewhere(0.3, 0.1, 500, everybody)).toBeCloseTo(0.5)
})

test('what everybody does is as common elsewhere as in the group', () => {
  const everybody = population(new Array<number>(1000).fill(8))
  expect(elsewhere(0.7, 0.7, 300, everybody)).toBeCloseTo(0.7)
})

test('where next to nobody else is left, everybody is what is usual', () => {
  const everybody = population(new Array<number>(1000).fill(8))
  expect(elsewhere(0.5, 1, 990, everybody)).toBe(0.5)
  expect(outputElsewhere(new Array<number>(990).fill(8), everybody)).toBe(8)
})

test('long answers of most accounts do not make long answers usual', () => {
  const own = new Array<number>(600).fill(11)
  const others = Array.from({ length: 400 }, (_, at) => 6 + at / 100)
  expect(outputElsewhere(own, population([...own, ...others]))).toBeCloseTo(8, 1)
})

test('the median elsewhere is that of the others, whoever they are', () => {
  const length = fc.integer({ min: 0, max: 40 }).map((value) => value / 4)
  fc.assert(
    fc.property(
      fc.array(length, { minLength: 1, maxLength: 80 }),
      fc.array(length, { minLength: 50, maxLength: 90 }),
      (own, others) => {
        const median = others.toSorted((a, b) => a - b)[others.length >> 1]
        expect(outputElsewhere(own, population([...own, ...others]))).toBe(median)
      },
    ),
    { seed: 23, numRuns: 200 },
  )
})
