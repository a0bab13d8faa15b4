// Splits text into words and hashes each, without allocating a string a word.

/** Words read from one text; the rest of a longer text is not looked at. */
export const WORDS_MAX = 4096

const DIGITS = 0x5bd1e995
/** In place of the letters of a word: it is a single CJK character. No word has none. */
export const IDEOGRAPH_LETTERS = 0
/** A longer text is read character by character. */
const TEXT_BYTES_MAX = 32 * 1024
const encoder = new TextEncoder()

/** Reusable output of `readWords`: `hashes[i]` is word i, `starts[i]..ends[i]` its place in the text. */
export class Words {
  readonly hashes = new Int32Array(WORDS_MAX)
  readonly starts = new Int32Array(WORDS_MAX)
  readonly ends = new Int32Array(WORDS_MAX)
  /** Letters of word i, up to 255; `IDEOGRAPH_LETTERS` for a CJK character. */
  readonly lengths = new Uint8Array(WORDS_MAX)
  /** A text on its way to be read. */
  readonly bytes = new Uint8Array(TEXT_BYTES_MAX)
  count = 0
}

/**
 * Fills `words` from `text`. Case is folded for ASCII; a run of digits is one word whatever its value, so that a
 * generator that only changes numbers still repeats itself; each CJK character is a word, as such scripts have no
 * spaces. Anything else at or above U+0080 counts as a letter.
 */
export function readWords(text: string, seed: number, words: Words): void {
  const length = text.length
  // Most texts are ASCII, and its bytes are read in a third of the time that its characters take.
  if (length <= TEXT_BYTES_MAX) {
    const { read, written } = encoder.encodeInto(text, words.bytes)
    if (read === length && written === length) {
      readWordBytes(words.bytes, 0, length, seed, words)
      return
    }
  }
  readCharacters(text, seed, words)
}

function readCharacters(text: string, seed: number, words: Words): void {
  const { hashes, starts, ends, lengths } = words
  const length = text.length
  let count = 0
  let at = 0
  while (at < length && count < WORDS_MAX) {
    const kind = kindOf(text.charCodeAt(at))
    if (kind === SPACE) {
      at++
      continue
    }
    const start = at
    let hash = seed
    if (kind === IDEOGRAPH) {
      hash = mix(hash, text.charCodeAt(at++))
    } else if (kind === DIGIT) {
      while (at < length && kindOf(text.charCodeAt(at)) === DIGIT) at++
      hash ^= DIGITS
    } else {
      while (at < length) {
        let code = text.charCodeAt(at)
        if (kindOf(code) !== LETTER) break
        if (code >= 65 && code <= 90) code += 32
        hash = mix(hash, code)
        at++
      }
    }
    hashes[count] = finish(hash)
    starts[count] = start
    ends[count] = at
    lengths[count] = kind === IDEOGRAPH ? IDEOGRAPH_LETTERS : Math.min(255, at - start)
    count++
  }
  words.count = count
}

/** The same of bytes that are ASCII. */
export function readWordBytes(bytes: Uint8Array, from: number, to: number, seed: number, words: Words): void {
  const { hashes, starts, ends, lengths } = words
  let count = 0
  let at = from
  while (at < to && count < WORDS_MAX) {
    const start = at
    let code = foldedCodes[bytes[at] ?? 0] ?? 0
    let hash = seed
    if (code > DIGIT_CODE) {
      do {
        hash = Math.imul(hash ^ code, 0x01000193)
        code = ++at < to ? (foldedCodes[bytes[at] ?? 0] ?? 0) : 0
      } while (code > DIGIT_CODE)
    } else if (code === DIGIT_CODE) {
      do at++
      while (at < to && foldedCodes[bytes[at] ?? 0] === DIGIT_CODE)
      hash ^= DIGITS
    } else {
      at++
      continue
    }
    hashes[count] = finish(hash)
    starts[count] = start - from
    ends[count] = at - from
    lengths[count] = Math.min(255, at - start)
    count++
  }
  words.count = count
}

const SPACE = 0
const LETTER = 1
const DIGIT = 2
const IDEOGRAPH = 3

const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code <= 57) return DIGIT
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? LETTER : SPACE
})

const DIGIT_CODE = 1

/** Zero for what separates words, `DIGIT_CODE` for a digit, else the letter in lower case: one look says all. */
const foldedCodes = Uint8Array.from({ length: 256 }, (_, code) => {
  const kind = asciiKinds[code]
  if (kind === LETTER) return code | 0x20
  return kind === DIGIT ? DIGIT_CODE : 0
})

function kindOf(code: number): number {
  if (code < 128) return asciiKinds[code] ?? SPACE
  if (code >= 0x3040 && (code <= 0x9fff || (code >= 0xac00 && code <= 0xd7af))) return IDEOGRAPH
  // General punctuation and the Latin-1 signs separate words; U+2019 is the apostrophe of "don’t".
  if ((code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || code < 0xc0) return SPACE
  return LETTER
}

function mix(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

/** The avalanche of MurmurHash3 (fmix32): spreads the weak low bits of the byte-wise hash. */
export function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Hash of a whole string under the same seed, for identifiers. */
export function hashString(text: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = mix(hash, text.charCodeAt(at))
  return finish(hash) >>> 0
}

/** The same of bytes that are ASCII. */
export function hashBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed
  for (let at = from; at < to; at++) hash = mix(hash, bytes[at] ?? 0)
  return finish(hash) >>> 0
}
