// How one secret value may be written, and a fast way to find any of many such spellings in a text. Beside the gate's
// stages because two of them need it: inspecting what leaves, and cutting out what comes back.

/** Shorter spellings are in ordinary text by chance. */
const SPELLING_CHARACTERS_MIN = 8
/** Of a text without its separators, because letters then stand together that never did. */
const SQUASHED_CHARACTERS_MIN = 10

/** Spellings that stand in a text as they are. */
export function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const spellings = [
    value,
    reverse(value),
    encodeURIComponent(value),
    encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percent,
    percent.toUpperCase(),
    hex,
    hex.toUpperCase(),
    reverse(hex),
    ...alignedBase64(bytes),
    ...alignedBase64(bytes).map(reverse),
    value.replace(/[a-z]/gi, (letter) => rotated(letter)),
    JSON.stringify(value).slice(1, -1),
    [...bytes].join(','),
    [...bytes].join(' '),
  ]
  return [...new Set(spellings)].filter((spelling) => spelling.length >= SPELLING_CHARACTERS_MIN)
}

/** Spellings in a text that `squash` went over: whatever stood between the characters, and in whatever case. */
export function squashedSpellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const digits = (radix: number, width: number) =>
    [...bytes].map((byte) => byte.toString(radix).padStart(width, '0')).join('')
  const spellings = [
    value,
    reverse(value),
    bytes.toString('hex'),
    ...alignedBase64(bytes),
    base32(bytes),
    digits(8, 3),
    digits(2, 8),
    digits(10, 1),
    digits(10, 3),
    [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(''),
    [...bytes].map((byte) => `u${byte.toString(16).padStart(4, '0')}`).join(''),
    [...bytes].map((byte) => `x${byte.toString(16).padStart(2, '0')}`).join(''),
  ].map(squash)
  return [...new Set(spellings)].filter((spelling) => spelling.length >= SQUASHED_CHARACTERS_MIN)
}

/** Without anything a writer could put between the characters. */
export function squash(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '')
}

export function reverse(text: string): string {
  return [...text].reverse().join('')
}

function rotated(letter: string): string {
  const base = letter <= 'Z' ? 65 : 97
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
}

/** Inside a longer text, base64 of the same bytes reads in three ways; the edges depend on the neighbours. */
function alignedBase64(bytes: Buffer): readonly string[] {
  const forms: string[] = []
  for (let before = 0; before < 3; before++) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const start = before === 0 ? 0 : before + 1
    const end = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1
    const core = text.slice(start, end)
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function base32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += base32Digits[(value >>> bits) & 31] ?? ''
    }
  }
  // The last digit mixes in padding and may differ inside a longer text.
  return text
}

const BLOOM_BITS = 16
const KEY_CHARACTERS = 4

export type Match<Owner> = { readonly owner: Owner; readonly start: number; readonly end: number }

/** Finds any of many patterns in one pass: a look at four characters rules out nearly every place of a text. */
export class PatternIndex<Owner> {
  readonly #bloom = new Uint8Array(2 ** BLOOM_BITS)
  readonly #byKey = new Map<number, { readonly text: string; readonly owner: Owner }[]>()

  constructor(patterns: Iterable<readonly [text: string, owner: Owner]>) {
    for (const [text, owner] of patterns) {
      if (text.length < KEY_CHARACTERS) continue
      const key = keyAt(text, 0)
      this.#bloom[slotOf(key)] = 1
      const same = this.#byKey.get(key)
      if (same === undefined) this.#byKey.set(key, [{ text, owner }])
      else same.push({ text, owner })
    }
    // The longest first, so that a cut takes all of it.
    for (const same of this.#byKey.values()) same.sort((left, right) => right.text.length - left.text.length)
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  /** Every place where a pattern begins, with the longest pattern there of each owner. */
  *matches(text: string): Generator<Match<Owner>, undefined, undefined> {
    if (this.#byKey.size === 0 || text.length < KEY_CHARACTERS) return undefined
    let key = keyAt(text, 0)
    for (let at = 0; ; ) {
      if (this.#bloom[slotOf(key)] === 1)
        for (const { text: pattern, owner } of this.#byKey.get(key) ?? [])
          if (text.startsWith(pattern, at)) yield { owner, start: at, end: at + pattern.length }
      at++
      if (at + KEY_CHARACTERS > text.length) return undefined
      key = nextKey(key, text.charCodeAt(at + KEY_CHARACTERS - 1))
    }
  }
}

/** Four characters as one number. Beyond Latin-1 characters share keys; the comparison that follows tells them apart. */
function keyAt(text: string, at: number): number {
  let key = 0
  for (let offset = 0; offset < KEY_CHARACTERS; offset++) key = nextKey(key, text.charCodeAt(at + offset))
  return key
}

function nextKey(key: number, code: number): number {
  return (key << 8) | (code & 0xff)
}

function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - BLOOM_BITS)
}
