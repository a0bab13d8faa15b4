import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CANARY_WORDS, canaryOf, findCanaries } from './canary.ts'
import { canaryWords } from './words.ts'

const secret = 'a secret of this deployment'
const campaigns = Array.from({ length: 50 }, (_, index) => canaryOf(secret, `c_${index}`))

test('there are 256 different words, so that a byte names each', () => {
  expect(new Set(canaryWords).size).toBe(256)
})

test('the same campaign has the same canary, another or another deployment has another', () => {
  expect(canaryOf(secret, 'c_1')).toEqual(canaryOf(secret, 'c_1'))
  expect(new Set(campaigns.map(({ text }) => text)).size).toBe(campaigns.length)
  expect(canaryOf('another', 'c_1').words).not.toEqual(canaryOf(secret, 'c_1').words)
})

test('a canary is found whatever happened to its spaces, cases, marks and frame', () => {
  fc.assert(
    fc.property(
      fc.nat(49),
      fc.constantFrom(' ', '\n', '', '-', ' , ', ' and the '),
      fc.boolean(),
      (index, gap, isUpper) => {
        const canary = campaigns[index]
        if (!canary) return
        const text = `An answer of some length. ${canary.words.join(gap)}!`
        const found = findCanaries(isUpper ? text.toUpperCase() : text, campaigns)
        expect(found[0]).toMatchObject({ campaign: canary.campaign, words: CANARY_WORDS })
        expect(found[0]?.chance).toBeLessThan(1e-9)
      },
    ),
    { seed: 3 },
  )
})

test('three words of it in their order are enough to name it and say how sure that is; two are not', () => {
  const canary = canaryOf(secret, 'c_7')
  const part = (from: number, to: number) =>
    findCanaries(`… ${canary.words.slice(from, to).join(' ')} …`, campaigns)
  expect(part(2, 5)).toMatchObject([{ campaign: 'c_7', words: 3 }])
  expect(part(2, 5)[0]?.chance).toBeGreaterThan(part(1, 5)[0]?.chance ?? 1)
  expect(part(2, 4)).toEqual([])
  expect(findCanaries([...canary.words].reverse().join(' '), campaigns)).toEqual([])
})

test('text that never met a canary holds none, even when it is made of its words', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...canaryWords), { maxLength: 400 }), (words) => {
      const found = findCanaries(words.join(' '), campaigns)
      expect(found.filter(({ words: count }) => count > 4)).toEqual([])
    }),
    { seed: 3 },
  )
})
