import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Grammar } from './grammar.ts'
import { Random } from './random.ts'
import { foreign, harvests, records, sheets, topics } from './speech.ts'

const random = () => Random.of(1, 'grammar')

test('the same randomness says the same text', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const say = () => topics.cooking.expand(Random.of(seed, 'said'))
      expect(say()).toBe(say())
    }),
    { seed: 7, numRuns: 50 },
  )
})

test('what was drawn under a label is said again', () => {
  const grammar = Grammar.of({ start: '{animal@a} and {@a}', animal: 'newt|heron|lynx' })
  const draw = random()
  for (let round = 0; round < 20; round++) expect(grammar.expand(draw)).toMatch(/^(\w+) and \1$/)
})

test('numbers stay in their range, ends included', () => {
  const grammar = Grammar.of({ start: '{3..5}' })
  const draw = random()
  const seen = new Set(Array.from({ length: 200 }, () => grammar.expand(draw)))
  expect([...seen].sort()).toEqual(['3', '4', '5'])
})

test('an optional part is sometimes there and sometimes not', () => {
  const grammar = Grammar.of({ start: 'tea[[ with milk]]' })
  const draw = random()
  const seen = new Set(Array.from({ length: 60 }, () => grammar.expand(draw)))
  expect([...seen].sort()).toEqual(['tea', 'tea with milk'])
})

test('a rule that is missing is refused when the grammar is compiled', () => {
  expect(() => Grammar.of({ start: 'a {lost}' })).toThrow("no rule 'lost'")
})

test('variety counts every combination', () => {
  expect(10 ** Grammar.of({ start: '{a} {a}|{1..4}', a: 'x|y|z' }).varietyLog10).toBeCloseTo(13)
})

test.each(Object.entries({ ...topics, ...foreign, ...harvests, ...records }))(
  '%s has hundreds of thousands of texts and seldom repeats one',
  (_name, grammar) => {
    expect(grammar.varietyLog10).toBeGreaterThan(Math.log10(500_000))
    const draw = random()
    const seen = new Set(Array.from({ length: 2_000 }, () => grammar.expand(draw)))
    expect(seen.size).toBeGreaterThan(1_500)
  },
)

test.each(Object.entries({ ...topics, ...foreign, ...harvests, ...records, ...sheets }))(
  '%s leaves no slot unfilled',
  (_name, grammar) => {
    const draw = random()
    for (let round = 0; round < 500; round++)
      expect(grammar.expand(draw)).not.toMatch(/\{[\w.@]+\}|\[\[|\]\]/)
  },
)
