// What the watch remembers of each account: counts, extremes and small sets, never a text or an order of arrival.

import { Replays } from '../links/replays.ts'
import { objectives } from '../sketches/objective.ts'
import { field, tsOf } from '../sketches/record.ts'
import { TOPICS } from '../sketches/sketch.ts'
import { techniques } from '../sketches/technique.ts'
import { type Column, Columns, flat, listed } from '../state/columns.ts'
import type { Spill, SpilledRows } from '../state/spill.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'

export const TOPIC_BUCKETS = 32
export const TOPIC_CELLS = TOPICS * TOPIC_BUCKETS
export const HOURS = 24
/** Gaps between an account's exchanges by powers of two of a second: bucket 0 is under 2 s, the last over 9 h. */
export const GAPS = 16
export const LOG_UNIT = 64
/** Exchanges a day, as a ring of DAYS days. */
export const DAYS = 64
const SET_MAX = 24
const HEADS = 6
/** Word runs that are remembered of an account's prompts: of all it ever sent the same few, whichever account sends them. */
export const RUNS = 24
const ACCOUNTS_INITIAL = 1024
/** Of the memory that what is spilled may have. */
const SPILL_SHARE = 0.25

const mannerNames = ['payments', 'addresses', 'asns', 'clients', 'maxTokens'] as const
const mannerFields = [field.payment, field.address, field.asn, field.client, field.maxTokens] as const
const MANNERS = mannerNames.length

export class Accounts {
  count = 0
  readonly names: string[] = []
  readonly #byName = new Map<string, number>()
  exchanges = new Uint32Array(ACCOUNTS_INITIAL)
  first = new Float64Array(ACCOUNTS_INITIAL)
  last = new Float64Array(ACCOUNTS_INITIAL)
  created = new Uint32Array(ACCOUNTS_INITIAL)
  org = new Uint32Array(ACCOUNTS_INITIAL)
  plan = new Uint32Array(ACCOUNTS_INITIAL)
  inputTokens = new Float64Array(ACCOUNTS_INITIAL)
  outputTokens = new Float64Array(ACCOUNTS_INITIAL)
  refused = new Uint32Array(ACCOUNTS_INITIAL)
  /** Sums and sums of squares of log2(tokens) in units of 1/LOG_UNIT: integers, so that their order cannot matter. */
  inputLog = new Float64Array(ACCOUNTS_INITIAL)
  inputLogSquare = new Float64Array(ACCOUNTS_INITIAL)
  outputLog = new Float64Array(ACCOUNTS_INITIAL)
  outputLogSquare = new Float64Array(ACCOUNTS_INITIAL)
  hours = new Uint16Array(ACCOUNTS_INITIAL * HOURS)
  gaps = new Uint16Array(ACCOUNTS_INITIAL * GAPS)
  topics = new Uint16Array(ACCOUNTS_INITIAL * TOPIC_CELLS)
  objectives = new Uint16Array(ACCOUNTS_INITIAL * objectives.length)
  /** Exchanges that ask for each of `techniques`. */
  techniques = new Uint16Array(ACCOUNTS_INITIAL * techniques.length)
  days = new Uint16Array(ACCOUNTS_INITIAL * DAYS)
  headTags = new Uint32Array(ACCOUNTS_INITIAL * HEADS)
  headCounts = new Uint16Array(ACCOUNTS_INITIAL * HEADS)
  /** The RUNS greatest of the account's word runs by a hash of their own, ascending; 0 where there are fewer. */
  runs = new Uint32Array(ACCOUNTS_INITIAL * RUNS)
  /** Where the last exchange came from and how it asked: a value for each of `mannerNames`. */
  manner = new Uint32Array(ACCOUNTS_INITIAL * MANNERS)
  system = new Uint32Array(ACCOUNTS_INITIAL)
  systemCount = new Uint32Array(ACCOUNTS_INITIAL)
  readonly payments: number[][] = []
  readonly addresses: number[][] = []
  readonly asns: number[][] = []
  readonly clients: number[][] = []
  readonly maxTokens: number[][] = []
  replays = new Replays()
  /** Pairs model, count. */
  readonly models: number[][] = []

  /** In place of `topics` and `days`, more than half of what is known of an account, where these are spilled. */
  readonly #spilled: SpilledRows<Uint16Array<ArrayBuffer>> | undefined

  constructor(spill?: Spill) {
    this.#spilled = spill?.rows16(TOPIC_CELLS + DAYS, SPILL_SHARE)
    if (!spill) return
    this.topics = new Uint16Array(0)
    this.days = new Uint16Array(0)
  }

  /** Where the counts of topics and days stand that `topicsAt` and `daysAt` lead to, until the next account is asked for. */
  get topicCells(): Uint16Array {
    return this.#spilled?.cells ?? this.topics
  }

  get dayCells(): Uint16Array {
    return this.#spilled?.cells ?? this.days
  }

  topicsAt(index: number, isWritten = false): number {
    return this.#spilled ? this.#spilled.at(index, isWritten) : index * TOPIC_CELLS
  }

  daysAt(index: number, isWritten = false): number {
    return this.#spilled ? this.#spilled.at(index, isWritten) + TOPIC_CELLS : index * DAYS
  }

  /** The index of the account of that name, made if new. */
  indexOf(name: string): number {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const index = this.count++
    if (index >= this.exchanges.length) this.#grow()
    this.#byName.set(name, index)
    this.names.push(name)
    this.first[index] = Number.POSITIVE_INFINITY
    for (const name of listNames) this[name].push([])
    return index
  }

  find(name: string): number | undefined {
    return this.#byName.get(name)
  }

  /** Adds one exchange of account `index`. Exchanges come in time order. */
  add(index: number, records: Uint32Array, at: number): void {
    const ts = tsOf(records, at)
    const word = (offset: number): number => records[at + offset] ?? 0
    const earlier = this.exchanges[index] ?? 0
    if (earlier > 0) increment(this.gaps, index * GAPS + gapBucket(ts - (this.last[index] ?? 0)))
    this.exchanges[index] = earlier + 1
    this.first[index] = Math.min(this.first[index] ?? ts, ts)
    this.last[index] = Math.max(this.last[index] ?? ts, ts)
    this.created[index] ||= word(field.created)
    this.org[index] ||= word(field.org)
    this.plan[index] = word(field.plan)
    this.inputTokens[index] = (this.inputTokens[index] ?? 0) + word(field.inputTokens)
    this.outputTokens[index] = (this.outputTokens[index] ?? 0) + word(field.outputTokens)
    const input = logUnits(word(field.inputTokens))
    this.inputLog[index] = (this.inputLog[index] ?? 0) + input
    this.inputLogSquare[index] = (this.inputLogSquare[index] ?? 0) + input * input
    const output = logUnits(word(field.outputTokens))
    this.outputLog[index] = (this.outputLog[index] ?? 0) + output
    this.outputLogSquare[index] = (this.outputLogSquare[index] ?? 0) + output * output
    if (word(field.status) >= 400) this.refused[index] = (this.refused[index] ?? 0) + 1
    increment(this.hours, index * HOURS + (Math.floor(ts / HOUR_MS) % HOURS))
    increment(this.objectives, index * objectives.length + word(field.objective))
    const asked = word(field.techniques)
    if (asked !== 0)
      for (let k = 0; k < techniques.length; k++)
        if ((asked >>> k) & 1) increment(this.techniques, index * techniques.length + k)
    increment(this.dayCells, this.daysAt(index, true) + (Math.floor(ts / DAY_MS) % DAYS))
    const cells = this.topicsAt(index, true)
    for (let k = 0; k < TOPICS; k++) {
      const topic = word(field.topics + k)
      if (topic !== 0) increment(this.topicCells, cells + k * TOPIC_BUCKETS + (topic % TOPIC_BUCKETS))
    }
    const sealed = word(field.signature)
    if (sealed !== 0) this.replays.add(sealed, index)
    this.#meet(index, records, at)
    const end = at + word(field.length)
    for (let k = at + field.shingles; k < end; k++) sample(this.runs, index * RUNS, records[k] ?? 0)
    countModel(this.models[index], word(field.model))
    this.#head(index, records, at)
  }

  /** Share of the account's exchanges that open with one of its own few recurring word runs. */
  templated(index: number): number {
    let repeated = this.systemCount[index] ?? 0
    for (let k = 0; k < HEADS; k++) {
      const count = this.headCounts[index * HEADS + k] ?? 0
      if (count >= 3) repeated += count
    }
    return Math.min(1, repeated / Math.max(1, this.exchanges[index] ?? 1))
  }

  /** Where from and how asked. Most accounts come as they came before, and then nothing is looked up. */
  #meet(index: number, records: Uint32Array, at: number): void {
    const base = index * MANNERS
    for (let k = 0; k < MANNERS; k++) {
      const value = records[at + (mannerFields[k] ?? 0)] ?? 0
      if (this.manner[base + k] === value) continue
      this.manner[base + k] = value
      const name = mannerNames[k]
      if (name !== undefined) keep(this[name][index], value)
    }
  }

  /** Misra–Gries (1982) over the first shingle of each prompt: what recurs in more than 1/7 of them stays. */
  #head(index: number, records: Uint32Array, at: number): void {
    const system = records[at + field.system] ?? 0
    if (system !== 0) {
      this.system[index] = system
      this.systemCount[index] = (this.systemCount[index] ?? 0) + 1
    }
    if ((records[at + field.length] ?? 0) === field.shingles) return
    const tag = records[at + field.shingles] ?? 0
    const base = index * HEADS
    let free = -1
    for (let k = 0; k < HEADS; k++) {
      if ((this.headCounts[base + k] ?? 0) === 0) free = k
      else if (this.headTags[base + k] === tag) {
        increment(this.headCounts, base + k)
        return
      }
    }
    if (free >= 0) {
      this.headTags[base + free] = tag
      this.headCounts[base + free] = 1
      return
    }
    for (let k = 0; k < HEADS; k++) this.headCounts[base + k] = (this.headCounts[base + k] ?? 1) - 1
  }

  #grow(): void {
    growAll(this)
  }

  /** All that a sweep and a report look at, to be kept; the names are returned. */
  keep(columns: Map<string, Column>): readonly string[] {
    const share = this.count / this.exchanges.length
    for (const [name, column] of columnsOf(this))
      columns.set(`accounts.${name}`, column.subarray(0, column.length * share))
    for (const name of listNames) {
      const { ends, values } = flat(this[name])
      columns.set(`accounts.${name}.ends`, ends)
      columns.set(`accounts.${name}.values`, values)
    }
    columns.set('accounts.replays', this.replays.keep())
    return this.names
  }

  /** Beside what a sweep looks at, what is needed to be shown more. */
  keepRest(columns: Map<string, Column>): void {
    columns.set('accounts.replays.owners', this.replays.keepOwners())
  }

  /** Makes room in recalled accounts, and for what they are shown next. */
  resume(columns: Columns): void {
    this.replays.resume(columns.u32('accounts.replays.owners'))
    if (this.count === 0) for (const [name, column] of columnsOf(new Accounts())) widen(this, name, column)
  }

  /** All that is known of some accounts, in columns of their own. */
  rows(indices: readonly number[]): Map<string, Column> {
    const rows = new Map<string, Column>()
    for (const [name, column] of columnsOf(this)) {
      const width = column.length / this.exchanges.length
      const own = sized(column, indices.length * width)
      for (const [row, index] of indices.entries())
        for (let k = 0; k < width; k++) own[row * width + k] = column[index * width + k] ?? 0
      rows.set(name, own)
    }
    for (const name of listNames) {
      const { ends, values } = flat(indices.map((index) => this[name][index] ?? []))
      rows.set(`${name}.ends`, ends)
      rows.set(`${name}.values`, values)
    }
    return rows
  }

  /** Puts rows of another's in place of what is known of these accounts. */
  take(indices: Uint32Array, rows: ReadonlyMap<string, Column>): void {
    const from = new Columns(rows)
    for (const [name, column] of columnsOf(this)) {
      const own = from.of(name)
      const width = column.length / this.exchanges.length
      for (const [row, index] of indices.entries())
        for (let k = 0; k < width; k++) column[index * width + k] = own[row * width + k] ?? 0
    }
    for (const name of listNames)
      for (const [row, list] of listed(from.of(`${name}.ends`), from.of(`${name}.values`)).entries())
        this[name][indices[row] ?? 0] = list
  }

  /** Kept accounts: they can be looked at, and nothing can be added to them. */
  static recall(names: readonly string[], columns: Columns): Accounts {
    const accounts = new Accounts()
    accounts.count = names.length
    for (const [index, name] of names.entries()) {
      accounts.names.push(name)
      accounts.#byName.set(name, index)
    }
    const own: Record<ColumnName, NumberColumn> = accounts
    for (const name of columnNames) own[name] = columns.of(`accounts.${name}`) as NumberColumn
    for (const name of listNames)
      for (const list of listed(columns.of(`accounts.${name}.ends`), columns.of(`accounts.${name}.values`)))
        accounts[name].push(list)
    accounts.replays = Replays.recall(columns.u32('accounts.replays'))
    return accounts
  }
}

/** One row an account each, of one number or several. */
export const columnNames = [
  'exchanges',
  'first',
  'last',
  'created',
  'org',
  'plan',
  'inputTokens',
  'outputTokens',
  'refused',
  'inputLog',
  'inputLogSquare',
  'outputLog',
  'outputLogSquare',
  'hours',
  'gaps',
  'topics',
  'objectives',
  'techniques',
  'days',
  'headTags',
  'headCounts',
  'runs',
  'manner',
  'system',
  'systemCount',
] as const
type ColumnName = (typeof columnNames)[number]

const listNames = ['payments', 'addresses', 'asns', 'clients', 'maxTokens', 'models'] as const

type NumberColumn = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>

type NumberColumns = Record<ColumnName, NumberColumn>

function growAll(columns: NumberColumns): void {
  for (const name of columnNames) columns[name] = grown(columns[name])
}

function widen(columns: NumberColumns, name: ColumnName, column: NumberColumn): void {
  columns[name] = column
}

function columnsOf(columns: Readonly<NumberColumns>): [ColumnName, NumberColumn][] {
  return columnNames.map((name) => [name, columns[name]])
}

function grown<T extends NumberColumn>(column: T): T {
  const larger = sized(column, column.length * 2)
  larger.set(column)
  return larger
}

function sized<T extends NumberColumn>(like: T, length: number): T {
  return new (like.constructor as new (length: number) => T)(length)
}

/** Adds one without wrapping round. */
function increment(counts: Uint16Array, at: number): void {
  const count = counts[at] ?? 0
  if (count < 0xffff) counts[at] = count + 1
}

/** Odd, so that no two runs become one, and the other undoes it. */
const SAMPLE_FACTOR = 0x9e3779b1
const SAMPLE_INVERSE = 0x0e8b2f51

/** The word run that a value of `Accounts.runs` stands for. */
export function sampledRun(value: number): number {
  return Math.imul(value, SAMPLE_INVERSE) >>> 0
}

/** A bottom-k sketch turned upside down (Cohen and Kaplan, 2007), so that an empty place is the least. */
function sample(runs: Uint32Array, base: number, run: number): void {
  const value = Math.imul(run, SAMPLE_FACTOR) >>> 0
  if (value <= (runs[base] ?? 0)) return
  let place = base + RUNS - 1
  while (value < (runs[place] ?? 0)) place--
  if (runs[place] === value) return
  for (let k = base; k < place; k++) runs[k] = runs[k + 1] ?? 0
  runs[place] = value
}

function keep(set: number[] | undefined, value: number): void {
  if (value !== 0 && set && set.length < SET_MAX && !set.includes(value)) set.push(value)
}

function countModel(pairs: number[] | undefined, model: number): void {
  if (!pairs) return
  for (let k = 0; k < pairs.length; k += 2)
    if (pairs[k] === model) {
      pairs[k + 1] = (pairs[k + 1] ?? 0) + 1
      return
    }
  if (pairs.length < 2 * SET_MAX) pairs.push(model, 1)
}

function gapBucket(ms: number): number {
  return ms < 2000 ? 0 : Math.min(GAPS - 1, 31 - Math.clz32(ms / 1000))
}

function logUnits(tokens: number): number {
  return Math.round(LOG_UNIT * Math.log2(1 + tokens))
}
