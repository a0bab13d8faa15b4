import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Globs } from './globs.ts'

test('a star stands for any run of characters, none included', () => {
  const globs = new Globs(['gpt-*', '*-mini', 'a*b*c', 'exact'])
  for (const name of ['gpt-', 'gpt-4o', 'x-mini', 'abc', 'a--b--c', 'exact'])
    expect([name, globs.match(name)]).toEqual([name, true])
  for (const name of ['gpt', 'xgpt-4', 'mini-x', 'ab', 'acb', 'exactly', ''])
    expect([name, globs.match(name)]).toEqual([name, false])
})

test('the ends of a pattern never overlap in the text', () => {
  expect(new Globs(['ab*ba']).match('aba')).toBe(false)
  expect(new Globs(['ab*ba']).match('abba')).toBe(true)
})

test('a glob agrees with the regular expression it stands for', () => {
  const piece = fc.stringMatching(/^[ab*]{0,6}$/)
  fc.assert(
    fc.property(piece, fc.stringMatching(/^[ab]{0,8}$/), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      return new Globs([pattern]).match(text) === expression.test(text)
    }),
    { seed: 5, numRuns: 2_000 },
  )
})
