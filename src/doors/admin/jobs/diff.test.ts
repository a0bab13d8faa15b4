import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffOf } from './diff.ts'

const SEED = 20260504
const line = fc.constantFrom('a', 'b', 'c', '')
const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'))

test('each side of a diff is the text it came from', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = diffOf(before, after)
      const side = (mark: '+' | '-'): string =>
        diff
          .filter((each) => each.mark !== mark)
          .map(({ line: one }) => one)
          .join('\n')
      expect(side('+')).toBe(before)
      expect(side('-')).toBe(after)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('what did not change is not told as changed', () => {
  expect(
    diffOf('a\nb\nc', 'a\nx\nc')
      .map(({ mark }) => mark)
      .join(''),
  ).toBe(' -+ ')
})
