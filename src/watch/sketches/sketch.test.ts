import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SHINGLE_WORDS, SHINGLES_MAX, Sketcher, TOPICS } from './sketch.ts'

const SEED = 4242
/** Words at the head and at the tail that are read of a long text. */
const HEAD_WORDS = 56
const TAIL_WORDS = 32
/** A shared run this long must be seen. */
const RUN_WORDS = SHINGLE_WORDS + 3

const word = fc.stringMatching(/^[a-z]{1,9}$/)
const words = (minLength: number, maxLength: number) => fc.array(word, { minLength, maxLength })

function shinglesOf(text: string, seed = SEED): Set<number> {
  const { shingles, count } = new Sketcher(seed).read(text)
  return new Set(shingles.subarray(0, count))
}

function share(a: string, b: string): boolean {
  const other = shinglesOf(b)
  return [...shinglesOf(a)].some((shingle) => other.has(shingle))
}

/** Words no property generates: digits would be masked, so letters count upwards. */
function unlike(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) =>
    [...(from + at).toString(26)]
      .map((digit) => String.fromCharCode(65 + Number.parseInt(digit, 26)))
      .join('Z'),
  )
}

test('two texts that share a run of nine words at their heads share a shingle', () => {
  const before = words(0, HEAD_WORDS - RUN_WORDS)
  fc.assert(
    fc.property(
      words(RUN_WORDS, RUN_WORDS),
      before,
      before,
      words(0, 150),
      words(0, 150),
      (run, beforeA, beforeB, afterA, afterB) => {
        expect(
          share([...beforeA, ...run, ...afterA].join(' '), [...beforeB, ...run, ...afterB].join('\n')),
        ).toBe(true)
      },
    ),
    { seed: 3, numRuns: 400 },
  )
})

test('two long texts that share a run of nine words at their tails share a shingle', () => {
  const after = words(0, TAIL_WORDS - RUN_WORDS)
  fc.assert(
    fc.property(words(RUN_WORDS, RUN_WORDS), after, after, (run, afterA, afterB) => {
      const [longA, longB] = [unlike(200), unlike(200, 5000)]
      expect(share([...longA, ...run, ...afterA].join(' '), [...longB, ...run, ...afterB].join(' '))).toBe(
        true,
      )
    }),
    { seed: 4, numRuns: 200 },
  )
})

test('texts that share no run of six words share no shingle', () => {
  fc.assert(
    fc.property(words(SHINGLE_WORDS - 1, SHINGLE_WORDS - 1), fc.integer({ min: 0, max: 60 }), (run, at) => {
      const [a, b] = [unlike(80), unlike(80, 5000)]
      a.splice(at, 0, ...run)
      b.splice(at, 0, ...run)
      expect(share(a.join(' '), b.join(' '))).toBe(false)
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('a text shorter than a shingle has none, and one of just that length has one', () => {
  for (let length = 0; length < SHINGLE_WORDS; length++)
    expect(shinglesOf(unlike(length).join(' ')).size).toBe(0)
  expect(shinglesOf(unlike(SHINGLE_WORDS).join(' ')).size).toBe(1)
})

test('the middle of a long text is not read for shingles', () => {
  const [head, tail] = [unlike(HEAD_WORDS), unlike(TAIL_WORDS, 9000)]
  const plain = shinglesOf([...head, ...unlike(60, 500), ...tail].join(' '))
  expect(shinglesOf([...head, ...unlike(300, 2000), ...tail].join(' '))).toEqual(plain)
  expect(shinglesOf([...head, ...unlike(60, 500), ...unlike(TAIL_WORDS, 7000)].join(' '))).not.toEqual(plain)
  expect(shinglesOf([...unlike(HEAD_WORDS, 8000), ...unlike(60, 500), ...tail].join(' '))).not.toEqual(plain)
})

test('the whole is equal for texts that differ in digits, case and layout only', () => {
  const layout = fc.array(fc.constantFrom(' ', '\n', ', ', ' - ', '\t'), { minLength: 30, maxLength: 30 })
  fc.assert(
    fc.property(words(1, 30), fc.nat(), fc.nat(), layout, layout, (said, a, b, layoutA, layoutB) => {
      const write = (number: number, between: readonly string[], shout: boolean) =>
        [`${number}`, ...said].map((each, at) => (shout ? each.toUpperCase() : each) + between[at]).join('')
      const sketcher = new Sketcher(SEED)
      const { whole } = sketcher.read(write(a, layoutA, false))
      expect(sketcher.read(write(b, layoutB, true)).whole).toBe(whole)
      expect(sketcher.read(`${write(a, layoutA, false)} more`).whole).not.toBe(whole)
    }),
    { seed: 6, numRuns: 200 },
  )
})

test('the whole of the middle of a long text counts', () => {
  const text = unlike(300)
  const sketcher = new Sketcher(SEED)
  const { whole } = sketcher.read(text.join(' '))
  text[150] = 'changed'
  expect(sketcher.read(text.join(' ')).whole).not.toBe(whole)
})

test('an empty text has nothing at all', () => {
  const sketcher = new Sketcher(SEED)
  sketcher.read(unlike(100).join(' '))
  const { count, whole, words, topics, objective } = sketcher.read('… !?')
  expect({ count, whole, words, objective }).toEqual({ count: 0, whole: 0, words: 0, objective: 0 })
  expect([...topics]).toEqual([0, 0, 0, 0])
})

test('there are never more shingles than fit a record, and none twice', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'word'), { maxLength: 300 }), (said) => {
      const { count, shingles } = new Sketcher(SEED).read(said.join(' '))
      expect(count).toBeLessThanOrEqual(SHINGLES_MAX)
      expect(new Set(shingles.subarray(0, count)).size).toBe(count)
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('a shingle’s position is where its six words stand', () => {
  const text = unlike(40).join(' ')
  const sketcher = new Sketcher(SEED)
  const { count, positions, shingles } = sketcher.read(text)
  const [first = 0, start = 0] = [shingles[count - 1], positions[count - 1]]
  const run = text.slice(sketcher.wordAt(start)[0], sketcher.wordAt(start + SHINGLE_WORDS - 1)[1])
  expect(shinglesOf(run)).toEqual(new Set([first]))
})

test('topics follow the longer words, not their order and not the short ones', () => {
  const sketcher = new Sketcher(SEED)
  const topics = [...sketcher.read('quantum entropy of the reservoir').topics]
  expect(topics).toHaveLength(TOPICS)
  expect(topics.every((topic) => topic !== 0)).toBe(true)
  expect([...sketcher.read('a reservoir, an entropy, a quantum').topics]).toEqual(topics)
  expect([...sketcher.read('the cat sat on it').topics]).toEqual([0, 0, 0, 0])
})

test('topics of a script without spaces follow its pairs of characters', () => {
  const sketcher = new Sketcher(SEED)
  const topicsOf = (text: string): number[] => [...sketcher.read(text).topics]
  const topics = topicsOf('专利 药品 医生')
  expect(topics.every((topic) => topic !== 0)).toBe(true)
  expect(topicsOf('医生，专利，药品。')).toEqual(topics)
  // Characters that stand alone, or beside a Latin letter, say as little as short words do.
  expect(topicsOf('药 品 A药 x专 1利')).toEqual([0, 0, 0, 0])
  expect(topicsOf('한국어')).not.toEqual([0, 0, 0, 0])
})

test('a Chinese question shares more topics with one on its subject than with another', () => {
  const draws = Array.from({ length: 60 }, (_, seed) => new Sketcher(seed + 1))
  const likeness = (a: string, b: string): number =>
    draws.reduce((sum, sketcher) => {
      const first = [...sketcher.read(a).topics]
      return sum + [...sketcher.read(b).topics].filter((topic, at) => topic === first[at]).length
    }, 0)
  const drugs = '新药的临床试验发生在专利授予之后和新药上市之前'
  const patents = '专利保护对新药的临床试验通常是无效的'
  const race = '龙舟竞赛前人们对参赛的四个队的成绩作了估计'
  expect(likeness(drugs, patents)).toBeGreaterThan(2 * likeness(drugs, race))
})

test('another seed gives other shingles', () => {
  const text = unlike(60).join(' ')
  const other = shinglesOf(text, 0x1234abcd)
  expect([...shinglesOf(text)].filter((shingle) => other.has(shingle))).toEqual([])
})
