// The sketched exchange as it travels from a sketch worker to the watch: one run of 32-bit words, no text.
import type { Exchange } from '../exchange.ts'
import type { Sketch, Sketcher } from './sketch.ts'
import { SHINGLES_MAX, TOPICS } from './sketch.ts'
import { hashString } from './words.ts'

/** Word offsets within a record. */
export const field = {
  length: 0,
  tsLow: 1,
  tsHigh: 2,
  account: 3,
  /** Where the exchange's prompt stands in the text that travels with the records; equal when there is none. */
  textStart: 4,
  textEnd: 5,
  address: 6,
  network: 7,
  asn: 8,
  client: 9,
  payment: 10,
  org: 11,
  plan: 12,
  model: 13,
  maxTokens: 14,
  /** Minutes since 1970. */
  created: 15,
  inputTokens: 16,
  outputTokens: 17,
  status: 18,
  system: 19,
  whole: 20,
  words: 21,
  signature: 22,
  id: 23,
  objective: 24,
  /** Bits of the techniques that the system prompt or the prompt asks for. */
  techniques: 25,
  topics: 26,
  shingles: 26 + TOPICS,
} as const

export const RECORD_WORDS_MAX = field.shingles + SHINGLES_MAX

/** Numbers of the names that people will want to read. */
export type Interned = {
  readonly account: number
  readonly client: number
  readonly plan: number
  readonly model: number
}

/** What stands in a record beside names and sketch: identifiers are 32-bit keyed hashes, 0 is "absent". */
export type RecordValues = {
  ts: number
  address: number
  network: number
  asn: number
  payment: number
  org: number
  maxTokens: number
  /** Unix milliseconds. */
  created: number
  inputTokens: number
  outputTokens: number
  status: number
  system: number
  signature: number
  id: number
  /** Techniques that the system prompt asks for. */
  toldTechniques: number
}

/**
 * Encodes one exchange at `at` and returns the offset behind it. The caller has interned the account, client, plan and
 * model.
 */
export function encodeRecord(
  target: Uint32Array,
  at: number,
  exchange: Exchange,
  interned: Interned,
  text: { readonly start: number; readonly end: number },
  sketcher: Sketcher,
  seed: number,
): number {
  const kept = exchange.sketch
  // Read before the prompt: both share the sketcher's one sketch.
  const told = kept === undefined && exchange.system ? sketcher.read(exchange.system) : undefined
  const values: RecordValues = {
    ts: exchange.ts,
    address: optionalHash(exchange.ip, seed),
    network: optionalHash(exchange.ip && networkOf(exchange.ip), seed),
    asn: exchange.asn ?? 0,
    payment: optionalHash(exchange.payment, seed),
    org: optionalHash(exchange.org, seed),
    maxTokens: exchange.maxTokens ?? 0,
    created: exchange.created ?? 0,
    inputTokens: exchange.inputTokens ?? 0,
    outputTokens: exchange.outputTokens ?? 0,
    status: exchange.status,
    system: kept?.[0] ?? told?.whole ?? 0,
    signature: optionalHash(exchange.reasoningSignature, seed),
    id: optionalHash(exchange.id, seed),
    toldTechniques: told?.techniques ?? 0,
  }
  const sketch = kept ? keptSketch(kept) : sketcher.read(exchange.prompt ?? '')
  return writeRecord(target, at, values, interned, text, sketch)
}

/** Writes one record at `at` and returns the offset behind it. */
export function writeRecord(
  target: Uint32Array,
  at: number,
  values: RecordValues,
  interned: Interned,
  text: { readonly start: number; readonly end: number },
  sketch: Omit<Sketch, 'positions'>,
): number {
  target[at + field.length] = field.shingles + sketch.count
  target[at + field.tsLow] = values.ts % 2 ** 32
  target[at + field.tsHigh] = Math.floor(values.ts / 2 ** 32)
  target[at + field.account] = interned.account
  target[at + field.textStart] = text.start
  target[at + field.textEnd] = text.end
  target[at + field.address] = values.address
  target[at + field.network] = values.network
  target[at + field.asn] = values.asn
  target[at + field.client] = interned.client
  target[at + field.payment] = values.payment
  target[at + field.org] = values.org
  target[at + field.plan] = interned.plan
  target[at + field.model] = interned.model
  target[at + field.maxTokens] = values.maxTokens
  target[at + field.created] = Math.floor(values.created / 60_000)
  target[at + field.inputTokens] = values.inputTokens
  target[at + field.outputTokens] = values.outputTokens
  target[at + field.status] = values.status
  target[at + field.system] = values.system
  target[at + field.whole] = sketch.whole
  target[at + field.words] = sketch.words
  target[at + field.signature] = values.signature
  target[at + field.id] = values.id
  target[at + field.objective] = sketch.objective
  target[at + field.techniques] = sketch.techniques | values.toldTechniques
  for (let k = 0; k < TOPICS; k++) target[at + field.topics + k] = sketch.topics[k] ?? 0
  for (let k = 0; k < sketch.count; k++) target[at + field.shingles + k] = sketch.shingles[k] ?? 0
  return at + field.shingles + sketch.count
}

/** Objective and techniques in one word, as they are kept without a text; sketches of old hold an objective only. */
export function purposeOf(objective: number, techniques: number): number {
  return objective | (techniques << TECHNIQUES_SHIFT)
}

const TECHNIQUES_SHIFT = 8

const keptTopics = new Uint32Array(TOPICS)
const keptShingles = new Uint32Array(SHINGLES_MAX)
const KEPT_HEAD_WORDS = 4

/**
 * A sketch that was made when the text was dropped: system, whole, words, purpose, topics, shingles. The next one is written
 * over it.
 */
function keptSketch(words: readonly number[]): Omit<Sketch, 'positions'> {
  const [, whole = 0, written = 0, purpose = 0] = words
  const from = KEPT_HEAD_WORDS + TOPICS
  const count = Math.max(0, Math.min(words.length - from, SHINGLES_MAX))
  for (let at = 0; at < TOPICS; at++) keptTopics[at] = words[KEPT_HEAD_WORDS + at] ?? 0
  for (let at = 0; at < count; at++) keptShingles[at] = words[from + at] ?? 0
  return {
    shingles: keptShingles,
    count,
    whole,
    words: written,
    objective: purpose & (2 ** TECHNIQUES_SHIFT - 1),
    techniques: purpose >>> TECHNIQUES_SHIFT,
    topics: keptTopics,
  }
}

export function tsOf(records: Uint32Array, at: number): number {
  return (records[at + field.tsHigh] ?? 0) * 2 ** 32 + (records[at + field.tsLow] ?? 0)
}

function optionalHash(text: string | undefined, seed: number): number {
  return text === undefined || text === '' ? 0 : hashString(text, seed) || 1
}

/** The /16 of an IPv4 address, the /32 of an IPv6 address: an assignment, not a single line. */
function networkOf(ip: string): string {
  const separator = ip.includes(':') ? ':' : '.'
  const second = ip.indexOf(separator, ip.indexOf(separator) + 1)
  return second < 0 ? ip : ip.slice(0, second)
}
