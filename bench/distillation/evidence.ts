// What the baselines may look at: the same exchanges that the hunt reads, folded by account.
import type { Exchange } from '../../src/watch/exchange.ts'

/** Words that hash into the same dimension are one word; 256 dimensions keep a mean embedding of topics. */
export const TOPIC_DIMENSIONS = 256
const SHINGLE_WORDS = 6
/** Of this many neighbouring runs of words one is kept: robust winnowing (Schleimer, Wilkerson and Aiken, 2003). */
const WINNOW = 4
const WORDS_READ = 120
/** A pair is packed into one double: 32 bits of hash and 20 of account. */
const ACCOUNT_SPAN = 2 ** 20
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const HOURS = 24
const FIRST_PAIRS = 1 << 16

export type AccountEvidence = {
  readonly id: string
  exchanges: number
  busiestDay: number
  /** Prompts that hold a phrase of the list. */
  phrases: number
  readonly inputLog: Moments
  readonly outputLog: Moments
  /** Logarithms of the milliseconds between exchanges. */
  readonly gapLog: Moments
  readonly hours: Float64Array
  readonly topics: Float64Array
  /** Cards, addresses, networks, clients, each with its kind in front. */
  readonly artefacts: Set<string>
  daysAtFirst: number
}

export type Evidence = {
  readonly accounts: readonly AccountEvidence[]
  /** Runs of six words that at least two accounts used, and which used it how often. */
  readonly wordings: readonly Wording[]
}

export type Wording = { readonly accounts: readonly number[]; readonly exchanges: readonly number[] }

export class Moments {
  count = 0
  #mean = 0
  #squares = 0

  add(value: number): void {
    this.count++
    const off = value - this.#mean
    this.#mean += off / this.count
    this.#squares += off * (value - this.#mean)
  }

  get mean(): number {
    return this.#mean
  }

  get deviation(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.#squares / (this.count - 1))
  }
}

/** Gathers evidence one exchange at a time, in time order. */
export class Gathering {
  readonly #accounts: AccountEvidence[] = []
  readonly #numbers = new Map<string, number>()
  readonly #lastTs: number[] = []
  readonly #day: number[] = []
  readonly #today: number[] = []
  readonly #phrases: RegExp
  #pairs = new Float64Array(FIRST_PAIRS)
  #length = 0

  constructor(phrases: RegExp) {
    this.#phrases = phrases
  }

  add(exchange: Exchange): void {
    const { ts } = exchange
    const number = this.#numberOf(exchange)
    const account = this.#accounts[number]
    if (account === undefined) return
    account.exchanges++
    this.#countDay(account, number, ts)
    const last = this.#lastTs[number]
    if (last !== undefined) account.gapLog.add(Math.log1p(ts - last))
    this.#lastTs[number] = ts
    const hour = Math.floor((ts % DAY_MS) / HOUR_MS)
    account.hours[hour] = (account.hours[hour] ?? 0) + 1
    account.inputLog.add(Math.log1p(exchange.inputTokens ?? 0))
    if (exchange.outputTokens) account.outputLog.add(Math.log(exchange.outputTokens))
    for (const artefact of artefactsOf(exchange)) account.artefacts.add(artefact)
    const prompt = exchange.prompt ?? ''
    if (this.#phrases.test(prompt)) account.phrases++
    this.#read(prompt, account, number)
  }

  finish(): Evidence {
    const pairs = this.#pairs.subarray(0, this.#length).sort()
    const wordings: Wording[] = []
    for (let at = 0; at < pairs.length; ) {
      const hash = Math.floor((pairs[at] ?? 0) / ACCOUNT_SPAN)
      const accounts: number[] = []
      const exchanges: number[] = []
      for (; at < pairs.length && Math.floor((pairs[at] ?? 0) / ACCOUNT_SPAN) === hash; at++) {
        const account = (pairs[at] ?? 0) % ACCOUNT_SPAN
        if (accounts.at(-1) === account) exchanges[exchanges.length - 1] = (exchanges.at(-1) ?? 0) + 1
        else {
          accounts.push(account)
          exchanges.push(1)
        }
      }
      if (accounts.length > 1) wordings.push({ accounts, exchanges })
    }
    return { accounts: this.#accounts, wordings }
  }

  #numberOf({ account: id, created, ts }: Exchange): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const number = this.#accounts.length
    this.#numbers.set(id, number)
    this.#accounts.push({
      id,
      exchanges: 0,
      busiestDay: 0,
      phrases: 0,
      inputLog: new Moments(),
      outputLog: new Moments(),
      gapLog: new Moments(),
      hours: new Float64Array(HOURS),
      topics: new Float64Array(TOPIC_DIMENSIONS),
      artefacts: new Set(),
      daysAtFirst: created === undefined ? 0 : (ts - created) / DAY_MS,
    })
    return number
  }

  #countDay(account: AccountEvidence, number: number, ts: number): void {
    const day = Math.floor(ts / DAY_MS)
    this.#today[number] = this.#day[number] === day ? (this.#today[number] ?? 0) + 1 : 1
    this.#day[number] = day
    account.busiestDay = Math.max(account.busiestDay, this.#today[number] ?? 0)
  }

  #read(prompt: string, account: AccountEvidence, number: number): void {
    const hashes = wordHashes(prompt)
    for (const hash of hashes) {
      const dimension = hash % TOPIC_DIMENSIONS
      account.topics[dimension] = (account.topics[dimension] ?? 0) + 1
    }
    let before = -1
    const runs = runHashes(hashes)
    for (let at = 0; at + WINNOW <= runs.length; at++) {
      const least = Math.min(...runs.slice(at, at + WINNOW))
      if (least === before) continue
      before = least
      this.#push(least * ACCOUNT_SPAN + number)
    }
  }

  #push(pair: number): void {
    if (this.#length === this.#pairs.length) {
      const grown = new Float64Array(this.#length * 2)
      grown.set(this.#pairs)
      this.#pairs = grown
    }
    this.#pairs[this.#length++] = pair
  }
}

function* artefactsOf({ payment, ip, ja4, ua }: Exchange): Generator<string> {
  if (payment !== undefined) yield `card ${payment}`
  if (ip !== undefined) {
    yield `address ${ip}`
    yield `network ${ip.slice(0, ip.lastIndexOf('.'))}`
  }
  if (ja4 !== undefined) yield `client ${ja4} ${ua}`
}

/** FNV-1a of each word, lower case; all numbers are one word. */
function wordHashes(prompt: string): number[] {
  const words = prompt.toLowerCase().match(/\p{L}+|\d+/gu) ?? []
  return words.slice(0, WORDS_READ).map((word) => {
    const text = /^\d/.test(word) ? '0' : word
    let hash = 0x811c9dc5
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    return hash >>> 0
  })
}

function runHashes(words: readonly number[]): number[] {
  const runs: number[] = []
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
    let hash = 0
    for (let word = at; word < at + SHINGLE_WORDS; word++)
      hash = Math.imul(hash ^ (words[word] ?? 0), 0x85ebca6b) ^ (hash >>> 13)
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35)
    runs.push((hash ^ (hash >>> 15)) >>> 0)
  }
  return runs
}
