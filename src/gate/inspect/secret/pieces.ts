import { reverse } from '../../secret-spellings.ts'
import { shifted } from './rare-spellings.ts'

/** A piece that stands by itself is seen from this many characters on; one inside a longer word, from more. */
const ALONE_CHARACTERS_MIN = 4
const INSIDE_CHARACTERS_MIN = 6
/** Hexadecimal digits are in every identifier, so pieces of them must be longer; so must those of rare dressings. */
const STRICT_ALONE_CHARACTERS_MIN = 6
const STRICT_INSIDE_CHARACTERS_MIN = 10
/** The part of a secret that may leave in pieces before it counts as gone. */
const SHARE_MAX = 0.75
/** Pieces of secrets shorter than this come together by chance. */
const SECRET_CHARACTERS_MIN = 12
const KEY_CHARACTERS = 4
const BLOOM_BITS = 16

type Track = { readonly name: string; readonly text: string; readonly isStrict: boolean }
type Place = { readonly track: Track; readonly at: number }

/** The ways a secret is followed while it leaves in pieces, worked out once. */
export class Pieces {
  readonly #places = new Map<number, Place[]>()
  readonly #bloom = new Uint8Array(2 ** BLOOM_BITS)

  constructor(secrets: readonly { readonly name: string; readonly value: string }[]) {
    for (const { name, value } of secrets) {
      if (value.length < SECRET_CHARACTERS_MIN || isWords(value)) continue
      const bytes = Buffer.from(value)
      const texts = [value, reverse(value), bytes.toString('base64').replace(/=+$/, '')]
      for (const text of new Set(texts)) this.#add({ name, text, isStrict: /^[0-9a-fA-F]+$/.test(text) })
      this.#add({ name, text: bytes.toString('hex'), isStrict: true })
      // The two halves of every other character, and moved letters, are rare: longer pieces of them.
      const apart = [0, 1].map((first) => [...value].filter((_, at) => at % 2 === first).join('')).join('')
      for (const text of [apart, shifted(value, 13)]) this.#add({ name, text, isStrict: true })
    }
  }

  /** Notes the pieces of this text. Returns the secrets of which too much has left by now, this text included. */
  note(text: string, seen: Map<Track, Uint8Array>): ReadonlySet<string> {
    const gone = new Set<string>()
    if (this.#places.size === 0) return gone
    let key = keyAt(text, 0) >>> 8
    for (let at = 0; at + KEY_CHARACTERS <= text.length; at++) {
      key = (key << 8) | (text.charCodeAt(at + KEY_CHARACTERS - 1) & 0xff)
      if (this.#bloom[slotOf(key)] === 0) continue
      for (const place of this.#places.get(key) ?? []) {
        const length = runAt(text, at, place)
        if (length === 0) continue
        const { track } = place
        const covered = seen.get(track) ?? new Uint8Array(track.text.length)
        seen.set(track, covered)
        covered.fill(1, place.at, place.at + length)
        if (covered.reduce((sum, bit) => sum + bit, 0) > SHARE_MAX * covered.length) gone.add(track.name)
      }
    }
    return gone
  }

  #add(track: Track): void {
    for (let at = 0; at + KEY_CHARACTERS <= track.text.length; at++) {
      const key = keyAt(track.text, at)
      this.#bloom[slotOf(key)] = 1
      const same = this.#places.get(key)
      if (same === undefined) this.#places.set(key, [{ track, at }])
      else same.push({ track, at })
    }
  }
}

const WORDS_MAX = 4
const VOWEL_SHARE_MIN = 0.25

/** Ordinary words and years come together in ordinary text: whole they are told, their pieces are not. */
function isWords(value: string): boolean {
  if (/^[A-Za-z]+([ ._-][A-Za-z]+)*$/.test(value)) return true
  const words = value.match(/[A-Za-z]+|\d+/g) ?? []
  if (words.length > WORDS_MAX || /[^\w .-]/.test(value)) return false
  return words.every((word) => {
    if (/^\d/.test(word)) return word.length <= 4
    return (
      /^[A-Z]?[a-z]+$/.test(word) && (word.match(/[aeiouy]/gi)?.length ?? 0) >= word.length * VOWEL_SHARE_MIN
    )
  })
}

export type SeenPieces = Parameters<Pieces['note']>[1]

/** How far text and secret agree from here on, if this is where they begin to and it is far enough. */
function runAt(text: string, at: number, { track, at: from }: Place): number {
  if (at > 0 && from > 0 && text[at - 1] === track.text[from - 1]) return 0
  let length = 0
  while (from + length < track.text.length && text[at + length] === track.text[from + length]) length++
  return length >= neededLength(text[at - 1] ?? ' ', text[at + length] ?? ' ', track.isStrict) ? length : 0
}

function neededLength(before: string, after: string, isStrict: boolean): number {
  // Groups of identifiers stand between dashes and colons; whoever sends a piece puts it between these.
  if (/[\s"'`/=,]/.test(before) && /[\s"'`/=,&?]/.test(after)) return ALONE_CHARACTERS_MIN
  const isAlone = !isWordCode(before.charCodeAt(0)) && !isWordCode(after.charCodeAt(0))
  if (isStrict) return isAlone ? STRICT_ALONE_CHARACTERS_MIN : STRICT_INSIDE_CHARACTERS_MIN
  return isAlone ? ALONE_CHARACTERS_MIN : INSIDE_CHARACTERS_MIN
}

function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function keyAt(text: string, at: number): number {
  let key = 0
  for (let offset = 0; offset < KEY_CHARACTERS; offset++)
    key = (key << 8) | (text.charCodeAt(at + offset) & 0xff)
  return key
}

function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - BLOOM_BITS)
}
