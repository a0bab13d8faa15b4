import { expect, test } from 'vitest'
import { Exemplars } from './exemplars.ts'

test('nothing is kept of a feature nobody asked about', () => {
  const exemplars = new Exemplars()
  expect(exemplars.wants(1)).toBe(false)
  exemplars.keep(1, 7, 'text')
  expect(exemplars.of(1)).toEqual([])
})

test('a few prompts are kept, each of another account, and then no more', () => {
  const exemplars = new Exemplars()
  exemplars.want([1])
  for (const account of [7, 7, 8, 9, 10, 11]) {
    if (exemplars.wants(1)) exemplars.keep(1, account, `text of ${account}`)
  }
  expect(exemplars.of(1).map(({ account }) => account)).toEqual([7, 8, 9, 10])
  expect(exemplars.wants(1)).toBe(false)
})

test('an exchange without a text is no example', () => {
  const exemplars = new Exemplars()
  exemplars.want([1])
  exemplars.keep(1, 7, '')
  expect(exemplars.of(1)).toEqual([])
})

test('asking again keeps what there is', () => {
  const exemplars = new Exemplars()
  exemplars.want([1])
  exemplars.keep(1, 7, 'text')
  exemplars.want([1, 2])
  expect(exemplars.of(1)).toHaveLength(1)
})

test('of a family with very many runs only the first are followed', () => {
  const exemplars = new Exemplars()
  exemplars.want(Array.from({ length: 500 }, (_, feature) => feature))
  expect(exemplars.wants(0)).toBe(true)
  expect(exemplars.wants(499)).toBe(false)
})
