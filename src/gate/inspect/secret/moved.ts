// Secrets of which each byte was changed in the same way: the differences between neighbours stay as they were.

import { PatternIndex } from '../../secret-spellings.ts'
import { listedBytes } from './written-bytes.ts'

/** Longer texts are looked through for this only so far. */
const TEXT_CHARACTERS_MAX = 65_536
const WORDS_MAX = 200
/** Differences of a shorter or more even value come in a row by chance. */
const SECRET_BYTES_MIN = 16
const DIFFERENT_MIN = 8

type Change = (byte: number, before: number) => number

/** One constant added to every byte, and one combined with every byte by exclusive or. */
const changes: readonly Change[] = [(byte, before) => (byte - before) & 0xff, (byte, before) => byte ^ before]

export class Moved {
  readonly #indexes: readonly (readonly [change: Change, index: PatternIndex<string>])[]

  constructor(secrets: readonly { readonly name: string; readonly value: string }[]) {
    this.#indexes = changes.map((change) => {
      const patterns = secrets.flatMap(({ name, value }) => {
        const bytes = Buffer.from(value)
        const pattern = differences(bytes, change)
        const isTelling = bytes.length >= SECRET_BYTES_MIN && new Set(pattern).size >= DIFFERENT_MIN
        return isTelling ? [[pattern, name] as const] : []
      })
      return [change, new PatternIndex(patterns)] as const
    })
  }

  /** Names of the secrets that are in the text so, as it is or in hexadecimal, base64 or lists of numbers. */
  in(text: string): ReadonlySet<string> {
    const found = new Set<string>()
    if (this.#indexes.every(([, index]) => index.isEmpty)) return found
    for (const bytes of bytesIn(text.slice(0, TEXT_CHARACTERS_MAX)))
      for (const [change, index] of this.#indexes)
        for (const { owner } of index.matches(differences(bytes, change))) found.add(owner)
    return found
  }
}

function bytesIn(text: string): readonly Buffer[] {
  const words = (text.match(/[A-Za-z0-9+/_-]{22,}/g) ?? []).slice(0, WORDS_MAX)
  return [
    Buffer.from(text, 'latin1'),
    ...words.map((word) => Buffer.from(word, /^[0-9a-fA-F]+$/.test(word) ? 'hex' : 'base64')),
    ...listedBytes(text),
  ].filter((bytes) => bytes.length >= SECRET_BYTES_MIN)
}

function differences(bytes: Buffer, change: Change): string {
  const result = Buffer.alloc(Math.max(0, bytes.length - 1))
  for (let at = 1; at < bytes.length; at++) result[at - 1] = change(bytes[at] ?? 0, bytes[at - 1] ?? 0)
  return result.toString('latin1')
}
