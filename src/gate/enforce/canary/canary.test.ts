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
})

test('it survives what becomes of an answer in a data set, and says that its words were moved where they were', () => {
  const canary = campaigns[11]
  if (!canary) throw new Error('no canary')
  const { words, campaign, text } = canary
  const whole = `A long answer. ${text}`
  const survived: readonly (readonly [string, string, boolean])[] = [
    ['a line of JSON', JSON.stringify({ answer: `It is so.\n\n${text}` }), true],
    [
      'JSON of escapes',
      whole.replaceAll(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
      true,
    ],
    ['lines broken in JSON', JSON.stringify(words.join('\n')), true],
    ['Markdown', `> *${words.join('*, *')}*`, true],
    ['HTML', `<p>${words.map((word) => `<b>${word}</b>`).join('&nbsp;')}</p>`, true],
    [
      'full-width letters',
      whole.replaceAll(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
      true,
    ],
    ['accents', whole.replaceAll('a', 'á').replaceAll('e', 'ë'), true],
    ['characters of no width', [...whole].join('\u200b'), true],
    ['more of each', `Reference: ${words.map((word) => `${word}s`).join(', ')}.`, true],
    [
      'a sorted list',
      [...words]
        .sort()
        .map((word) => `- ${word}`)
        .join('\n'),
      false,
    ],
    ['the other way round', [...words].reverse().join(' '), false],
    [
      'one word left out and the rest moved',
      [words[4], words[1], words[5], words[0], words[3]].join(' '),
      false,
    ],
  ]
  for (const [name, leaked, isInOrder] of survived) {
    const [found] = findCanaries(leaked, campaigns)
    expect([name, found?.campaign, found?.isInOrder, (found?.words ?? 0) >= 5]).toEqual([
      name,
      campaign,
      isInOrder,
      true,
    ])
    expect([name, found?.chance]).toEqual([name, expect.toSatisfy((chance: number) => chance < 1e-3)])
  }
  // Whoever writes it anew is rid of it.
  const synonyms = 'See the entries on rocks, trees and tools in the index.'
  for (const lost of [
    synonyms,
    'Referencia: bellota, aliso, almendra, ámbar.',
    Buffer.from(text).toString('base64'),
  ])
    expect(findCanaries(lost, campaigns)).toEqual([])
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
