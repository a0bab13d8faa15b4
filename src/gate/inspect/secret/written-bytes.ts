// Bytes that are written as numbers: each by itself in a list, or all of them as one large one.

import { numberBases } from './rare-spellings.ts'

const BYTES_MIN = 12
const LISTS_MAX = 8
const decimalList = /(?<![\w.])(?:\d{1,3}[\s,;:|-]{1,3}){11,}\d{1,3}(?![\w.])/g
const hexList = /(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[\s,:|-]{1,2}){11,}[0-9a-fA-F]{2}(?![0-9a-fA-F])/g

/** Bytes in lists of decimal numbers or of pairs of hexadecimal digits. */
export function listedBytes(text: string): readonly Buffer[] {
  const decimal = (text.match(decimalList) ?? []).slice(0, LISTS_MAX).map((list) => {
    const numbers = (list.match(/\d+/g) ?? []).map(Number)
    return numbers.some((number) => number > 255) ? Buffer.alloc(0) : Buffer.from(numbers)
  })
  const hex = (text.match(hexList) ?? [])
    .slice(0, LISTS_MAX)
    .map((list) => Buffer.from(list.replace(/[^0-9a-fA-F]/g, ''), 'hex'))
  return [...decimal, ...hex].filter((bytes) => bytes.length >= BYTES_MIN)
}

/** Words of one text that are tried, and their length: each digit of a large number costs a multiplication of all. */
const WORDS_MAX = 8
const numberWord = /(?<![A-Za-z0-9])[A-Za-z0-9]{18,400}(?![A-Za-z0-9])/g
const GZIP_MAGIC = 0x1f8b
/** Of bytes that are text. Those of a number read in the wrong digits are in this range by chance three times in eight. */
const PLAIN_SHARE_MIN = 0.9

/** Bytes in words that are one number, in digits that encoders use (base58, base62, base36, decimal). */
export function numberedBytes(text: string): readonly Buffer[] {
  const found: Buffer[] = []
  const words = (text.match(numberWord) ?? []).filter(
    (word) => !/^[0-9a-f]+$|^[0-9A-F]+$|^[A-Za-z]+$/.test(word) || /^\d+$/.test(word),
  )
  for (const word of words.slice(0, WORDS_MAX))
    for (const digits of numberBases) {
      const bytes = fromNumber(word, digits)
      if (bytes !== undefined && isLikely(bytes)) found.push(bytes)
    }
  return found
}

function fromNumber(word: string, digits: string): Buffer | undefined {
  const base = BigInt(digits.length)
  let value = 0n
  for (const sign of word) {
    const digit = digits.indexOf(sign)
    if (digit < 0) return undefined
    value = value * base + BigInt(digit)
  }
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function isLikely(bytes: Buffer): boolean {
  if (bytes.length < BYTES_MIN) return false
  if (bytes.readUInt16BE(0) === GZIP_MAGIC) return true
  let plain = 0
  for (const byte of bytes) if (byte >= 32 && byte < 127) plain++
  return plain >= bytes.length * PLAIN_SHARE_MIN
}
