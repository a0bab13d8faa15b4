import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** A value that must never leave, whatever it is dressed in. */
export type KnownSecret = { readonly name: string; readonly value: string }

export type Sighting = { readonly name: string; readonly how: 'plain' | 'encoded' | 'split' }

/** Shorter values are in ordinary text by chance. */
const SECRET_CHARACTERS_MIN = 8
const SECRETS_MAX = 1_000
/** Wrappings inside wrappings. */
const UNWRAPPING_DEPTH_MAX = 3
const INFLATED_BYTES_MAX = 1_048_576
const TEXT_CHARACTERS_MAX = 1_048_576
const CANDIDATES_MAX = 200
/** A piece of a split secret is seen from this many characters on. */
const PIECE_CHARACTERS = 4
/** The part of a secret that may leave in pieces before it counts as gone. */
const PIECES_SHARE_MAX = 0.75
/** Pieces of secrets shorter than this come together by chance. */
const SPLIT_CHARACTERS_MIN = 12

type Watched = KnownSecret & {
  readonly spellings: readonly string[]
  readonly bare: string
  /** Pieces of each spelling that is tracked across acts, with where they stand. */
  readonly tracks: readonly Track[]
}
type Track = { readonly length: number; readonly pieces: ReadonlyMap<string, readonly number[]> }

/** Values that must never leave, with every spelling worked out once. */
export class KnownSecrets {
  readonly #watched: readonly Watched[]

  constructor(secrets: readonly KnownSecret[]) {
    this.#watched = secrets
      .filter((secret) => secret.value.length >= SECRET_CHARACTERS_MIN)
      .slice(0, SECRETS_MAX)
      .map((secret) => ({
        ...secret,
        spellings: spellingsOf(secret.value),
        bare: squash(secret.value),
        tracks: [
          secret.value,
          reverse(secret.value),
          Buffer.from(secret.value).toString('base64').replace(/=+$/, ''),
          Buffer.from(secret.value).toString('hex'),
        ].map(trackOf),
      }))
  }

  get isEmpty(): boolean {
    return this.#watched.length === 0
  }

  newTrail(): Trail {
    return new Trail(this.#watched)
  }
}

/** What one session has let out so far, so that a secret cannot leave piece by piece. */
export class Trail {
  readonly #watched: readonly Watched[]
  readonly #seen = new Map<Track, Uint8Array>()

  constructor(watched: readonly Watched[]) {
    this.#watched = watched
  }

  /** Looks through one outgoing text: as it is, unwrapped, squashed, and together with what left before. */
  look(text: string): readonly Sighting[] {
    if (this.#watched.length === 0 || text.length < PIECE_CHARACTERS) return []
    const cut = text.length > TEXT_CHARACTERS_MAX ? text.slice(0, TEXT_CHARACTERS_MAX) : text
    const layers = [cut, ...unwrapped(cut, 0)]
    const sightings: Sighting[] = []
    const bare = layers.map(squash)
    for (const watched of this.#watched) {
      if (cut.includes(watched.value)) sightings.push({ name: watched.name, how: 'plain' })
      else if (layers.some((layer) => watched.spellings.some((spelling) => layer.includes(spelling))))
        sightings.push({ name: watched.name, how: 'encoded' })
      else if (bare.some((layer) => layer.includes(watched.bare)))
        sightings.push({ name: watched.name, how: 'split' })
      else if (this.#isGone(watched, layers)) sightings.push({ name: watched.name, how: 'split' })
    }
    return sightings
  }

  #isGone(watched: Watched, layers: readonly string[]): boolean {
    if (watched.value.length < SPLIT_CHARACTERS_MIN) return false
    return watched.tracks.some((track) => {
      const seen = this.#seen.get(track) ?? new Uint8Array(track.length)
      this.#seen.set(track, seen)
      for (const layer of layers) cover(seen, track, layer)
      return seen.reduce((sum, bit) => sum + bit, 0) / track.length > PIECES_SHARE_MAX
    })
  }
}

function trackOf(text: string): Track {
  const pieces = new Map<string, number[]>()
  for (let at = 0; at + PIECE_CHARACTERS <= text.length; at++) {
    const piece = text.slice(at, at + PIECE_CHARACTERS)
    pieces.set(piece, [...(pieces.get(piece) ?? []), at])
  }
  return { length: text.length, pieces }
}

function cover(seen: Uint8Array, track: Track, text: string): void {
  for (let at = 0; at + PIECE_CHARACTERS <= text.length; at++) {
    const places = track.pieces.get(text.slice(at, at + PIECE_CHARACTERS))
    if (places !== undefined) for (const place of places) seen.fill(1, place, place + PIECE_CHARACTERS)
  }
}

function reverse(text: string): string {
  return [...text].reverse().join('')
}

/** Without anything a writer could put between the characters. */
function squash(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '')
}

function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const spellings = [
    value,
    reverse(value),
    encodeURIComponent(value),
    percent,
    percent.toUpperCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...alignedBase64(bytes),
    reverse(bytes.toString('base64').replace(/=+$/, '')),
    value.replace(/[a-z]/gi, (letter) => rotated(letter)),
    JSON.stringify(value).slice(1, -1),
    [...bytes].join(','),
    [...bytes].join(' '),
  ]
  return [...new Set(spellings)].filter((spelling) => spelling.length >= SECRET_CHARACTERS_MIN)
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

/** Texts inside the text: decoded and decompressed, each once more down to the limit. */
function unwrapped(text: string, depth: number): readonly string[] {
  if (depth >= UNWRAPPING_DEPTH_MAX) return []
  const found: string[] = []
  const add = (plain: string) => {
    if (plain.length >= PIECE_CHARACTERS) found.push(plain, ...unwrapped(plain, depth + 1))
  }
  if (/%[0-9a-fA-F]{2}/.test(text))
    add(
      text.replace(/%([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    )
  if (/\\(x|u00)[0-9a-fA-F]{2}/.test(text))
    add(
      text.replace(/\\(?:x|u00)([0-9a-fA-F]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      ),
    )
  for (const token of (text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? []).slice(0, CANDIDATES_MAX)) {
    if (/^(?:[0-9a-fA-F]{2}){6,}$/.test(token)) add(readable(Buffer.from(token, 'hex')))
    add(readable(Buffer.from(token, 'base64')))
  }
  return found
}

/** Bytes as text, decompressed first when they say so. What is no text gives nothing. */
function readable(bytes: Buffer): string {
  const inflated = inflate(bytes)
  if (inflated !== undefined) return inflated.toString('utf8')
  const text = bytes.toString('utf8')
  const odd = text.match(/[\ufffd\0-\x08\x0e-\x1f]/g)?.length ?? 0
  return odd * 8 > text.length ? '' : text
}

function inflate(bytes: Buffer): Buffer | undefined {
  const limits = { maxOutputLength: INFLATED_BYTES_MAX }
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, limits)
    if (bytes[0] === 0x78) return inflateSync(bytes, limits)
    return bytes.length > 16 && (bytes[0] ?? 0) >= 0x80 ? inflateRawSync(bytes, limits) : undefined
  } catch {
    return undefined
  }
}
