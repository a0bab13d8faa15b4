import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { Steps } from '../../../kernel/steps.ts'
import { apartIn } from './apart.ts'
import { base85Alphabets } from './rare-spellings.ts'

/** Wrappings inside wrappings. */
const DEPTH_MAX = 3
const INFLATED_BYTES_MAX = 1_048_576
/** Layers of one text altogether, and characters of them. */
const LAYERS_MAX = 400
const CHARACTERS_MAX = 4_194_304
const LAYER_CHARACTERS_MIN = 4

/** Tries of what only might be compressed: each failed one costs an exception inside zlib. */
const GUESSES_MAX = 50
const GUESS_BYTES_MIN = 24
const ZSTD_MAGIC = 0xfd2fb528
const GZIP_MAGIC = 0x1f8b
const ZLIB_MARK = 0x78

/** What may still be unwrapped of one act. */
export type Room = { layers: number; characters: number; guesses: number }

export function newRoom(): Room {
  return { layers: LAYERS_MAX, characters: CHARACTERS_MAX, guesses: GUESSES_MAX }
}

/** Words of a long text that are tried in one step. */
const STEP_WORDS = 8_192
/** Longer texts are looked through for one sort of words in a step of its own. */
const STEP_CHARACTERS = 65_536

/** Texts inside the text: decoded and decompressed, each once more down to the limit. */
export function* unwrapped(text: string, room: Room): Steps<readonly string[]> {
  const found: string[] = []
  if (room.layers > 0) yield* unwrapInto(text, 0, found, room)
  return found
}

function* unwrapInto(text: string, depth: number, found: string[], room: Room): Steps<void> {
  if (depth >= DEPTH_MAX) return
  for (const plain of candidatesIn(text, depth, room)) {
    if (plain === undefined) yield
    else if (plain.length >= LAYER_CHARACTERS_MIN && plain !== text) {
      if (room.layers <= 0 || room.characters < plain.length) continue
      room.layers--
      room.characters -= plain.length
      found.push(plain)
      yield* unwrapInto(plain, depth + 1, found, room)
    }
  }
}

/** What the text may hold, as far as there is room for it; `undefined` where a step is done. */
function* candidatesIn(text: string, depth: number, room: Room): Generator<string | undefined> {
  for (const [mark, pattern, radix] of escapes) if (mark.test(text)) yield unescaped(text, pattern, radix)
  // What was written apart was so last of all.
  if (depth === 0) yield* apartIn(text)
  yield* decodedWords(text, /[!-~]{25,}/g, room, function* (token) {
    if (!/[^A-Za-z0-9+/=_-]/.test(token)) return
    for (const alphabet of base85Alphabets) yield compressedIn85(token, alphabet, room)
  })
  yield* decodedWords(text, /[A-Za-z0-9+/_-]{12,}={0,2}/g, room, function* (token) {
    if (/^(?:[0-9a-fA-F]{2}){6,}$/.test(token)) yield readable(Buffer.from(token, 'hex'), room)
    yield readable(Buffer.from(token, 'base64'), room)
    if (/^[A-Z2-7]{16,}$/.test(token)) yield readable(fromBase32(token), room)
  })
  // Short ones only where the padding says what they are: any word could be one otherwise.
  yield* decodedWords(text, /\b[A-Za-z0-9+/_-]{6,11}={1,2}/g, room, function* (token) {
    if (token.length % 4 === 0) yield readable(Buffer.from(token, 'base64'), room)
  })
  if (room.layers <= 0) return
  for (const block of wrappedBlocks(text)) {
    if (room.layers <= 0) return
    const plain = readable(Buffer.from(block, /^[0-9a-fA-F]+$/.test(block) ? 'hex' : 'base64'), room)
    if (plain !== undefined) yield plain
  }
}

function* decodedWords(
  text: string,
  words: RegExp,
  room: Room,
  decode: (token: string) => Iterable<string | undefined>,
): Generator<string | undefined> {
  if (room.layers <= 0) return
  if (text.length > STEP_CHARACTERS) yield undefined
  let looked = 0
  for (const token of text.match(words) ?? []) {
    if (room.layers <= 0) return
    for (const plain of decode(token)) if (plain !== undefined) yield plain
    if (++looked % STEP_WORDS === 0) yield undefined
  }
}

const WORD_CHARACTERS_MIN = 4
const WORD_CHARACTERS_MAX = 100

/**
 * Encoders break lines at 64 or 76 characters, hexadecimal dumps into groups: words of one length in a row, joined. The
 * last one may be shorter. Word by word, because an expression over the whole text would go back again and again.
 */
function wrappedBlocks(text: string): readonly string[] {
  if (!/\s/.test(text)) return []
  const blocks: string[] = []
  let run: string[] = []
  const close = (last: string) => {
    if (run.length > 0 && run.length + (last === '' ? 0 : 1) > 1) blocks.push(run.join('') + last)
    run = []
  }
  for (const word of text.split(/\s+/)) {
    const isPart =
      word.length >= WORD_CHARACTERS_MIN &&
      word.length <= WORD_CHARACTERS_MAX &&
      /^[A-Za-z0-9+/]+$/.test(word)
    if (isPart && (run.length === 0 || word.length === run[0]?.length)) run.push(word)
    else {
      const isEnd =
        run.length > 0 && word.length < (run[0]?.length ?? 0) && /^[A-Za-z0-9+/]+={0,2}$/.test(word)
      close(isEnd || (run.length > 0 && /^[A-Za-z0-9+/]+={1,2}$/.test(word)) ? word : '')
      if (isPart && !isEnd) run.push(word)
    }
  }
  close('')
  return blocks
}

const escapes: readonly (readonly [mark: RegExp, pattern: RegExp, radix: 16 | 10 | 8])[] = [
  [/%[0-9a-fA-F]{2}/, /%([0-9a-fA-F]{2})/g, 16],
  [/\\(x|u00)[0-9a-fA-F]{2}/, /\\(?:x|u00)([0-9a-fA-F]{2})/g, 16],
  [/\\u\{0{0,6}[0-9a-fA-F]{2}\}/, /\\u\{0{0,6}([0-9a-fA-F]{2})\}/g, 16],
  [/\\U0{6}[0-9a-fA-F]{2}/, /\\U0{6}([0-9a-fA-F]{2})/g, 16],
  [/&#x0{0,6}[0-9a-f]{2};/i, /&#x0{0,6}([0-9a-f]{2});/gi, 16],
  [/&#0{0,6}\d{2,3};/, /&#0{0,6}(\d{2,3});/g, 10],
  [/\\[0-3][0-7]{2}/, /\\([0-3][0-7]{2})/g, 8],
  [/\\0{2,4}[0-9a-fA-F]{2}/, /\\0{2,4}([0-9a-fA-F]{2}) ?/g, 16],
  [/=[0-9A-F]{2}/, /=([0-9A-F]{2})|=\r?\n/g, 16],
]

function unescaped(text: string, pattern: RegExp, radix: 16 | 10 | 8): string {
  return text.replace(pattern, (_, code: string | undefined) =>
    code === undefined ? '' : String.fromCharCode(Number.parseInt(code, radix)),
  )
}

function fromBase32(token: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const digit of token) {
    value = ((value << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 0xff)
  }
  return Buffer.from(bytes)
}

const BASE85_BLOCK_DIGITS = 5

/** What is compressed in base85. Without compression its spelling is known beforehand, so the first block decides. */
function compressedIn85(token: string, alphabet: string, room: Room): string | undefined {
  const digits = /<~(.*)~>/.exec(token)?.[1] ?? token.replace(/^["'`]|["'`,;]$/g, '')
  const head = fromBase85(digits.slice(0, BASE85_BLOCK_DIGITS), alphabet)
  const isCompressed =
    head.length === 4 &&
    (head.readUInt16BE(0) === GZIP_MAGIC || head[0] === ZLIB_MARK || head.readUInt32LE(0) === ZSTD_MAGIC)
  return isCompressed ? readable(fromBase85(digits, alphabet), room) : undefined
}

/** Blocks of five digits; the last one may be shorter. */
function fromBase85(digits: string, alphabet: string): Buffer {
  const bytes: number[] = []
  for (let at = 0; at < digits.length; at += BASE85_BLOCK_DIGITS) {
    const block = digits.slice(at, at + BASE85_BLOCK_DIGITS)
    let value = 0
    for (let digit = 0; digit < BASE85_BLOCK_DIGITS; digit++) {
      const code = digit < block.length ? alphabet.indexOf(block[digit] ?? '') : 84
      if (code < 0) return Buffer.from(bytes)
      value = value * 85 + code
    }
    for (let byte = 3; byte > 4 - block.length; byte--) bytes.push(Math.floor(value / 256 ** byte) % 256)
  }
  return Buffer.from(bytes)
}

/** Bytes as text, decompressed first when they say so. What is no text gives nothing. */
function readable(bytes: Buffer, room: Room): string | undefined {
  const inflated = first(markedIn(bytes))
  if (inflated !== undefined) return inflated.toString('utf8')
  const text = (wide(bytes) ?? bytes.toString('utf8')).replaceAll('\0', '')
  const odd = text.match(/[\ufffd\0-\x08\x0e-\x1f]/g)?.length ?? 0
  return odd * 8 > text.length ? first(guessesAt(bytes, room))?.toString('utf8') : text
}

/** Two bytes a character, one of them zero nearly always: UTF-16 of either order. */
function wide(bytes: Buffer): string | undefined {
  if (bytes.length < LAYER_CHARACTERS_MIN * 2) return undefined
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2))
  const zeros = (from: number) => {
    let count = 0
    for (let at = from; at < even.length; at += 2) if (even[at] === 0) count++
    return count * 5 > even.length * 2
  }
  if (zeros(1)) return even.toString('utf16le')
  return zeros(0) ? Buffer.from(even).swap16().toString('utf16le') : undefined
}

type Attempt = () => Buffer

const limits = { maxOutputLength: INFLATED_BYTES_MAX }
// What is missing at the end hides nothing that stands before it.
const cutLimits = { ...limits, finishFlush: constants.Z_SYNC_FLUSH }

/** The first attempt that gives something. */
function first(attempts: readonly Attempt[]): Buffer | undefined {
  for (const attempt of attempts)
    try {
      return attempt()
    } catch {
      // Not that kind, or broken.
    }
  return undefined
}

/** What says itself that it is compressed. */
function markedIn(bytes: Buffer): readonly Attempt[] {
  if (bytes.length > 4 && bytes.readUInt16BE(0) === GZIP_MAGIC) return [() => gunzipSync(bytes, cutLimits)]
  if (bytes[0] === ZLIB_MARK) return [() => inflateSync(bytes, cutLimits)]
  if (bytes.length > 4 && bytes.readUInt32LE(0) === ZSTD_MAGIC)
    return [() => zstdDecompressSync(bytes, limits)]
  return []
}

/** Neither of these says what it is. */
function guessesAt(bytes: Buffer, room: Room): readonly Attempt[] {
  if (bytes.length < GUESS_BYTES_MIN || room.guesses <= 0) return []
  room.guesses--
  const brotli = () => brotliDecompressSync(bytes, limits)
  return isRawDeflate(bytes[0] ?? 0) ? [() => inflateRawSync(bytes, limits), brotli] : [brotli]
}

/** The first three bits of a deflate stream name the kind of its first block; the fourth kind does not exist. */
function isRawDeflate(first: number): boolean {
  return (first & 0b110) !== 0b110 && (first & 1) === 1
}
