// How alike the accounts of a group are. Accounts fed from one work queue are exchangeable: to know the account says
// nothing about the exchange. Accounts of different people each have their own subjects, lengths and habits.
import type { Accounts } from '../profiles/accounts.ts'
import { TOPIC_BUCKETS } from '../profiles/accounts.ts'
import { TOPICS } from '../sketches/sketch.ts'

export type Sameness = {
  /** Upper 75 % bounds of the intraclass correlation of log tokens: 0 exchangeable, 1 every account its own. */
  readonly output: number
  readonly input: number
  /** Upper bound of the share of topic variation that lies between accounts. */
  readonly topic: number
  /** Standard deviation of the natural log of exchanges an account. Tenants of one kind: about 1. */
  readonly volume: number
  /** The same three as best estimates: what they most likely are, where too little was seen to be sure. */
  readonly likely: { readonly output: number; readonly input: number; readonly topic: number }
  /** Accounts with at least two exchanges: what the bounds rest on. */
  readonly accounts: number
}

/**
 * Standard deviations above the best estimate at which the bound lies. Three bounds are multiplied, so each may be
 * milder than all of them: at 95 % a queue is believed after six exchanges an account, at 75 % after three, and the
 * calibration counts how often benign groups look like one either way.
 */
const Z75 = 0.674

/** An upper bound and the best estimate. */
type Estimate = { readonly bound: number; readonly best: number }
/** With too little to tell, the bound is that every account is its own and the estimate that none is. */
const UNKNOWN: Estimate = { bound: 1, best: 0 }

/** Beyond these the accounts are plainly different tenants. */
const OUTPUT_MAX = 0.4
const INPUT_MAX = 0.6
const TOPIC_MAX = 0.05

/** From 1, where knowing the account tells nothing of the exchange, to 0, where accounts are plainly different tenants. */
export function exchangeability({ output, input, topic }: Sameness['likely']): number {
  return room(output, OUTPUT_MAX) * room(input, INPUT_MAX) * room(topic, TOPIC_MAX)
}

/** What is left of 1 on the way to a limit. */
export function room(value: number, limit: number): number {
  return Math.max(0, 1 - value / limit)
}

export function samenessOf(accounts: Accounts, group: readonly number[]): Sameness {
  const members = group.filter((index) => (accounts.exchanges[index] ?? 0) >= 2)
  const output = intraclass(accounts, members, accounts.outputLog, accounts.outputLogSquare)
  const input = intraclass(accounts, members, accounts.inputLog, accounts.inputLogSquare)
  const topic = topicsAmong(accounts, members)
  return {
    output: output.bound,
    input: input.bound,
    topic: topic.bound,
    likely: { output: output.best, input: input.best, topic: topic.best },
    volume: volumeSpread(accounts, group),
    accounts: members.length,
  }
}

/**
 * One-way random-effects intraclass correlation, ICC(1), from sums and sums of squares per account, with the upper
 * bound from the F distribution's normal approximation (Donner, "A review of inference procedures for the intraclass
 * correlation coefficient", 1986). NaN-free.
 */
function intraclass(
  accounts: Accounts,
  members: readonly number[],
  sums: Float64Array,
  squares: Float64Array,
): Estimate {
  const groups = members.length
  let total = 0
  let sum = 0
  let sizeSquares = 0
  let within = 0
  for (const index of members) {
    const size = accounts.exchanges[index] ?? 0
    const own = sums[index] ?? 0
    total += size
    sum += own
    sizeSquares += size * size
    within += (squares[index] ?? 0) - (own * own) / size
  }
  if (groups < 3 || total <= groups) return UNKNOWN
  const mean = sum / total
  let between = 0
  for (const index of members) {
    const size = accounts.exchanges[index] ?? 0
    between += size * ((sums[index] ?? 0) / size - mean) ** 2
  }
  const typicalSize = (total - sizeSquares / total) / (groups - 1)
  const betweenMean = between / (groups - 1)
  const withinMean = within / (total - groups)
  if (betweenMean <= 0 || withinMean <= 0) return { bound: 0, best: 0 }
  // Var(log F) is about 2/df1 + 2/df2; raise F to its upper bound before turning it into a correlation.
  const spread = Math.sqrt(2 / (groups - 1) + 2 / (total - groups))
  const correlation = (ratio: number): number => clamp((ratio - 1) / (ratio + typicalSize - 1))
  const ratio = betweenMean / withinMean
  return { bound: correlation(ratio * Math.exp(Z75 * spread)), best: correlation(ratio) }
}

/** An account of the same queue strays this many deviations from it less than once in ten thousand. */
const STRAY_DEVIATIONS = 4
/** Turns a median absolute deviation into a standard deviation. */
const MAD_TO_DEVIATION = 1.4826

/**
 * The accounts whose own lengths of question and answer are what the group's queue would give them. One stranger among
 * thousands hardly moves the group's correlation, and must not be accused with it.
 */
export function loyalTo(accounts: Accounts, group: readonly number[]): number[] {
  const strays = [
    straysOf(accounts, group, accounts.outputLog, accounts.outputLogSquare),
    straysOf(accounts, group, accounts.inputLog, accounts.inputLogSquare),
  ]
  return group.filter((index) => strays.every((isStray) => !isStray(index)))
}

function straysOf(
  accounts: Accounts,
  group: readonly number[],
  sums: Float64Array,
  squares: Float64Array,
): (index: number) => boolean {
  const size = (index: number): number => Math.max(1, accounts.exchanges[index] ?? 1)
  const mean = (index: number): number => (sums[index] ?? 0) / size(index)
  let within = 0
  let freedom = 0
  for (const index of group) {
    within += (squares[index] ?? 0) - size(index) * mean(index) ** 2
    freedom += size(index) - 1
  }
  const deviation = Math.sqrt(within / Math.max(1, freedom))
  const middle = median(group.map(mean))
  // What the accounts differ by anyway, if the queue is not quite one.
  const between = MAD_TO_DEVIATION * median(group.map((index) => Math.abs(mean(index) - middle)))
  return (index) =>
    Math.abs(mean(index) - middle) > STRAY_DEVIATIONS * Math.max(between, deviation / Math.sqrt(size(index)))
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
}

/** What `samenessOf` says of topics, alone. */
export function topicLikeness(accounts: Accounts, group: readonly number[]): Estimate {
  return topicsAmong(
    accounts,
    group.filter((index) => (accounts.exchanges[index] ?? 0) >= 2),
  )
}

/** The same question for topics: a test of homogeneity over hashed topic words, as overdispersion per exchange. */
function topicsAmong(accounts: Accounts, members: readonly number[]): Estimate {
  let chi = 0
  let freedom = 0
  let exchanges = 0
  let rows = 0
  const column = new Float64Array(TOPIC_BUCKETS)
  const totals = new Uint32Array(members.length)
  for (let table = 0; table < TOPICS; table++) {
    column.fill(0)
    let all = 0
    let counted = 0
    for (let row = 0; row < members.length; row++) {
      const base = accounts.topicsAt(members[row] ?? 0) + table * TOPIC_BUCKETS
      const cells = accounts.topicCells
      let total = 0
      for (let k = 0; k < TOPIC_BUCKETS; k++) total += cells[base + k] ?? 0
      totals[row] = total
      if (total < 2) continue
      for (let k = 0; k < TOPIC_BUCKETS; k++) column[k] = (column[k] ?? 0) + (cells[base + k] ?? 0)
      all += total
      counted++
    }
    rows += counted
    exchanges += all
    const used = Uint8Array.from(column.keys()).filter((k) => (column[k] ?? 0) > 0)
    for (let row = 0; row < members.length; row++) {
      const total = totals[row] ?? 0
      if (total < 2) continue
      const base = accounts.topicsAt(members[row] ?? 0) + table * TOPIC_BUCKETS
      const cells = accounts.topicCells
      for (let at = 0; at < used.length; at++) {
        const k = used[at] ?? 0
        const expected = (total * (column[k] ?? 0)) / all
        const off = (cells[base + k] ?? 0) - expected
        chi += (off * off) / expected
      }
    }
    freedom += Math.max(0, counted - 1) * Math.max(0, used.length - 1)
  }
  if (freedom < 8 || rows === 0) return UNKNOWN
  // The tables share their exchanges, so their degrees of freedom count once for the bound.
  const typicalSize = exchanges / rows
  const overdispersion = (ratio: number): number => clamp((ratio - 1) / Math.max(1, typicalSize - 1))
  const ratio = chi / freedom
  return {
    bound: overdispersion(ratio * (1 + Z75 * Math.sqrt((2 * TOPICS) / freedom))),
    best: overdispersion(ratio),
  }
}

function volumeSpread(accounts: Accounts, group: readonly number[]): number {
  const logs = group.map((index) => Math.log(Math.max(1, accounts.exchanges[index] ?? 1)))
  const mean = logs.reduce((sum, value) => sum + value, 0) / Math.max(1, logs.length)
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, logs.length - 1)
  return Math.sqrt(variance)
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
