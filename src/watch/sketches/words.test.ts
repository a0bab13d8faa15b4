import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashString, readWords, WORDS_MAX, Words } from './words.ts'

const SEED = 77

function read(text: string, seed = SEED): { hashes: number[]; texts: string[]; lengths: number[] } {
  const words = new Words()
  readWords(text, seed, words)
  return {
    hashes: [...words.hashes.subarray(0, words.count)],
    texts: Array.from({ length: words.count }, (_, at) => text.slice(words.starts[at], words.ends[at])),
    lengths: [...words.lengths.subarray(0, words.count)],
  }
}

test('every run of digits is the same word, whatever its value and length', () => {
  const { hashes, texts } = read('7 1984 000000 4111111111111111')
  expect(texts).toEqual(['7', '1984', '000000', '4111111111111111'])
  expect(new Set(hashes).size).toBe(1)
  expect(read('one').hashes[0]).not.toBe(hashes[0])
})

test('a digit ends a word and begins another', () => {
  expect(read('gpt4o').texts).toEqual(['gpt', '4', 'o'])
})

test('case folds in ASCII', () => {
  expect(read('Explain THE Proof').hashes).toEqual(read('explain the proof').hashes)
  expect(read('AZaz').hashes).toEqual(read('azAZ').hashes)
})

test('each ideograph, kana and hangul syllable is a word of its own', () => {
  expect(read('请解释 証明する 설명').texts).toEqual(['请', '解', '释', '証', '明', 'す', 'る', '설', '명'])
  expect(new Set(read('请解释').hashes).size).toBe(3)
})

test('a word of Latin letters ends where ideographs begin', () => {
  expect(read('用Python写').texts).toEqual(['用', 'Python', '写'])
})

test.each([
  ['apostrophes, straight and curly', "don't don’t", ['don', 't', 'don', 't']],
  ['ASCII punctuation', 'a,b;c:(d)[e]{f}<g>_h-i/j', [...'abcdefghij']],
  ['general and ideographic punctuation', '“alpha”—beta…「語」、。', ['alpha', 'beta', '語']],
  ['Latin-1 signs and the no-break space', '«gamma»\u00a0delta§', ['gamma', 'delta']],
  ['layout', ' \t\r\nepsilon\n\nzeta\u3000', ['epsilon', 'zeta']],
])('%s separate words', (_, text, words) => {
  expect(read(text).texts).toEqual(words)
})

test('accented and non-Latin letters are letters', () => {
  expect(read('naïve Überprüfung объясни εξήγησε').texts).toEqual([
    'naïve',
    'Überprüfung',
    'объясни',
    'εξήγησε',
  ])
})

test('text beyond the word limit is not read', () => {
  const full = Array.from({ length: WORDS_MAX }, (_, at) => `w${String.fromCharCode(97 + (at % 26))}`).join(
    ' ',
  )
  const { hashes } = read(full)
  expect(hashes).toHaveLength(WORDS_MAX)
  expect(read(`${full} and more words`).hashes).toEqual(hashes)
})

test('the length of a very long word is held to a byte', () => {
  expect(read('a'.repeat(1000)).lengths).toEqual([255])
})

test('the same text gives the same hashes under one seed and others under another', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer(), fc.integer(), (text, a, b) => {
      const first = read(text, a)
      expect(read(text, a)).toEqual(first)
      if (a === b || first.hashes.length === 0) return
      expect(read(text, b).hashes).not.toEqual(first.hashes)
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('words lie in the text in order, apart from each other and never empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const words = new Words()
      readWords(text, SEED, words)
      const bounds = Array.from({ length: words.count }, (_, at) => [words.starts[at], words.ends[at]])
      const inOrder = [0, ...bounds.flat(), text.length].map(Number)
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
      expect(bounds.filter(([start, end]) => start === end)).toEqual([])
    }),
    { seed: 2, numRuns: 300 },
  )
})

test('a text that is ASCII reads the same as beside a letter that is not, however long it is', () => {
  const unit = fc.constantFrom(...'aZ09 .\n-_', 'step ', 'Proof', '42')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 300 }), fc.nat(400), (units, times) => {
      const text = units.join('').repeat(times > 390 ? times : 1)
      const beside = read(`${text} é`)
      expect(read(text)).toEqual({
        hashes: beside.hashes.slice(0, isCut(beside) ? WORDS_MAX : -1),
        texts: beside.texts.slice(0, isCut(beside) ? WORDS_MAX : -1),
        lengths: beside.lengths.slice(0, isCut(beside) ? WORDS_MAX : -1),
      })
    }),
    { seed: 3, numRuns: 300 },
  )
})

/** The last letter was beyond what is read. */
function isCut({ texts }: { texts: readonly string[] }): boolean {
  return texts.at(-1) !== 'é'
}

test('what one reading left behind does not show in the next', () => {
  const words = new Words()
  readWords('a long text of many words', SEED, words)
  readWords('short', SEED, words)
  expect(words.count).toBe(1)
  expect([...words.hashes.subarray(0, 1)]).toEqual(read('short').hashes)
})

test('identifiers that differ in case or in one digit hash apart', () => {
  expect(hashString('card-A1', SEED)).not.toBe(hashString('card-a1', SEED))
  expect(hashString('card-A1', SEED)).not.toBe(hashString('card-A2', SEED))
  expect(hashString('card-A1', SEED)).not.toBe(hashString('card-A1', SEED + 1))
})
