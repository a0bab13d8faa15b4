import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { GateError } from '../../kernel/gate-error.ts'
import { type ExchangeRecord, KNOWN_FIELDS } from './exchange-log.ts'

const KEY_BYTES_MIN = 16
const CACHE_ENTRIES_MAX = 200_000
const HASHED = ['account', 'key', 'org', 'payment'] as const

/**
 * Replaces what identifies a customer by keyed pseudonyms: the same value has the same pseudonym, a prefix such as
 * `a_` stays, and without the key nobody can go back. An address becomes another one whose neighbours are still
 * its neighbours: addresses share a pseudonymous /16 or /24 exactly when they shared the real one, so evidence
 * about networks survives. Fields that C1 does not name are dropped, for nobody knows what is in them.
 */
export class Pseudonyms {
  readonly #key: Buffer
  readonly #known = new Map<string, string>()

  constructor(key: Uint8Array) {
    if (key.length < KEY_BYTES_MIN)
      throw new GateError('usage', `a pseudonymisation key needs at least ${KEY_BYTES_MIN} bytes`)
    this.#key = Buffer.from(key)
  }

  /** Tells keys apart without giving them away. */
  fingerprint(): string {
    return this.#mac('fingerprint', '').toString('hex', 0, 8)
  }

  record(record: ExchangeRecord): ExchangeRecord {
    const named: Record<string, unknown> = {}
    for (const field of KNOWN_FIELDS) if (record[field] !== undefined) named[field] = record[field]
    for (const field of HASHED)
      if (typeof named[field] === 'string') named[field] = this.#pseudonym(field, named[field])
    if (typeof named.ip === 'string') named.ip = this.#address(named.ip)
    return named
  }

  #pseudonym(field: string, value: string): string {
    return this.#cached(`${field}\0${value}`, () => {
      const prefix = /^[a-z]{1,2}_/.exec(value)?.[0] ?? ''
      return prefix + this.#mac(field, value).toString('hex', 0, 12)
    })
  }

  #address(address: string): string {
    return this.#cached(`ip\0${address}`, () => {
      const version = isIP(address)
      if (version === 4) return this.#shuffled(address.split('.').map(Number), [2, 1, 1]).join('.')
      if (version === 6) {
        const words = wordsOf(address)
        const bytes = words.flatMap((word) => [word >> 8, word & 0xff])
        const mixed = this.#shuffled(bytes, Array<number>(8).fill(2))
        return words
          .map((_, at) => (((mixed[2 * at] ?? 0) << 8) | (mixed[2 * at + 1] ?? 0)).toString(16))
          .join(':')
      }
      return this.#pseudonym('ip', address)
    })
  }

  /** Permutes group after group of bytes, each by a permutation that depends on the real groups before it. */
  #shuffled(bytes: readonly number[], groups: readonly number[]): readonly number[] {
    const mixed: number[] = []
    let at = 0
    for (const length of groups) {
      const prefix = `${bytes.length}:${bytes.slice(0, at).join('.')}`
      mixed.push(...this.#permuted(bytes.slice(at, at + length), prefix))
      at += length
    }
    return mixed
  }

  /** A Feistel network over the halves of one or two bytes: a bijection, so no two networks become one. */
  #permuted(bytes: readonly number[], prefix: string): readonly number[] {
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
    const half = bytes.length * 4
    const mask = (1 << half) - 1
    let left = value >> half
    let right = value & mask
    for (let round = 0; round < 6; round++) {
      const mixed = left ^ (this.#mac('address', `${prefix}/${round}/${right}`).readUInt16BE() & mask)
      left = right
      right = mixed
    }
    const result = (left << half) | right
    return bytes.length === 1 ? [result] : [result >> 8, result & 0xff]
  }

  #cached(name: string, make: () => string): string {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const made = make()
    if (this.#known.size >= CACHE_ENTRIES_MAX) this.#known.clear()
    this.#known.set(name, made)
    return made
  }

  #mac(use: string, value: string): Buffer {
    return createHmac('sha256', this.#key).update(`portcullis ${use}\0${value}`).digest()
  }
}

/** The eight words of an IPv6 address (RFC 4291, section 2.2). */
function wordsOf(address: string): readonly number[] {
  const plain = (address.split('%')[0] ?? '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const word = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16)
    return `${word(a, b)}:${word(c, d)}`
  })
  const [head = '', tail] = plain.split('::')
  const words = (text: string) =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
  if (tail === undefined) return words(head)
  const end = words(tail)
  const start = words(head)
  return [...start, ...Array<number>(Math.max(0, 8 - start.length - end.length)).fill(0), ...end]
}
