import { brotliDecompressSync, inflateRawSync, unzipSync } from 'node:zlib'
import { handedMarks } from '../shell-marks.ts'

// Commands written as letters by number, in base64 or the like, that some program nobody has listed makes readable again
// before a shell runs them. Which program that is does not matter: there are few such writings, and what is no command
// in any of them is left alone.

const CHARACTERS_MAX = 65_536
const PIECES_MAX = 12
const INFLATED_BYTES_MAX = 65_536
/** Less holds no command that is worth pressing together. */
const PRESSED_BYTES_MIN = 24
/** Base64 of base64. */
const LAYERS_MAX = 3

const base64 = /[A-Za-z0-9+/_-]{20,}={0,2}/g
const pairs = /(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s,;:\\x%-]{0,4}){8,}/g
const decimal = /(?:\d{2,3}[\s,;|+-]{1,2}){7,}\d{2,3}/g
const octal = /(?:\\0?[0-7]{2,3}){8,}/g

/** Whether a word may hold something of that kind at all. */
export const mayBury = (word: string): boolean =>
  word.length >= 20 && /[\w+/]{20}|(?:\d\d[^a-z]{1,4}){7}/i.test(word)

const isText = (text: string) => text.length > 7 && /^[\t\n\r -~\u00a0-\uffff]+$/.test(text)
/** How hidden commands begin. */
const begins =
  /^\s*(?:#!|(?:sudo\s+|nohup\s+|setsid\s+|exec\s+)*(?:ba|z|da)?sh\s+-\w*[ci]|(?:sudo\s+)?(?:rm|curl|wget|nc|ncat|socat|dd|crontab|mkfifo|python3?|perl|php|ruby|chmod|eval|echo|printf|exec|export)\s+\S)/
const isCommand = (text: string) => isText(text) && (handedMarks.test(text) || begins.test(text))

/** The commands that stand in these texts in another writing. */
export function buriedIn(texts: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const said = texts.filter(mayBury).slice(0, PIECES_MAX)
  const pieces = said.map((text) => text.slice(0, CHARACTERS_MAX))
  // Cut up and put together by what stands between: in their order, or from the last to the first.
  if (pieces.length > 1) pieces.push(pieces.join(''), [...pieces].reverse().join(''))
  for (const piece of pieces) for (const text of readable(piece, 0)) found.add(text)
  return [...found].slice(0, PIECES_MAX)
}

function readable(piece: string, layer: number): readonly string[] {
  const found: string[] = []
  for (const text of writings(piece)) {
    if (isCommand(text)) found.push(text)
    else if (layer < LAYERS_MAX && isText(text) && mayBury(text)) found.push(...readable(text, layer + 1))
  }
  return found
}

function writings(piece: string): readonly string[] {
  const found: string[] = []
  for (const [token] of [...piece.matchAll(base64)].slice(0, PIECES_MAX)) {
    found.push(...ofBytes(Buffer.from(token, 'base64')))
    if (/^[A-Z2-7]+=*$/.test(token)) found.push(ofBase32(token))
    const turned = [...token].reverse().join('')
    for (const each of [turned, rotated(token)]) found.push(Buffer.from(each, 'base64').toString('latin1'))
  }
  for (const [token] of [...piece.matchAll(pairs)].slice(0, PIECES_MAX)) {
    const digits = token.replace(/\\x|0x|[^0-9a-fA-F]/g, '')
    found.push(...ofBytes(Buffer.from(digits, 'hex')))
  }
  for (const [token] of [...piece.matchAll(decimal)].slice(0, PIECES_MAX))
    found.push(ofCodes(token, 10), ofCodes(token, 8))
  for (const [token] of [...piece.matchAll(octal)].slice(0, PIECES_MAX)) found.push(ofCodes(token, 8))
  return found
}

/** Letters of one byte or of two, as they are or pressed together. */
function ofBytes(bytes: Buffer): readonly string[] {
  if (bytes.length > 5 && bytes[1] === 0 && bytes[3] === 0) return [bytes.toString('utf16le')]
  const text = bytes.toString('utf8')
  if (isText(text) || bytes.length < PRESSED_BYTES_MIN) return [text]
  const isMarked =
    (bytes[0] === 0x1f && bytes[1] === 0x8b) ||
    (bytes[0] === 0x78 && (bytes[0] * 256 + (bytes[1] ?? 0)) % 31 === 0)
  for (const undo of isMarked ? [unzipSync] : [inflateRawSync, brotliDecompressSync])
    try {
      return [undo(bytes, { maxOutputLength: INFLATED_BYTES_MAX }).toString('utf8')]
    } catch {
      // Not of this form.
    }
  return none
}

const none: readonly string[] = []

const ofCodes = (numbers: string, base: number) =>
  String.fromCharCode(...(numbers.match(/\d+/g) ?? []).map((number) => Number.parseInt(number, base) || 0))

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
function ofBase32(text: string): string {
  const bits = [...text.replaceAll('=', '')].map((sign) => letters.indexOf(sign).toString(2).padStart(5, '0'))
  return String.fromCharCode(...(bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

const rotated = (text: string) =>
  text.replace(/[a-z]/gi, (sign) => {
    const start = sign <= 'Z' ? 65 : 97
    return String.fromCharCode(((sign.charCodeAt(0) - start + 13) % 26) + start)
  })
