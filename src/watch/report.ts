import type { Untold } from './untold.ts'

/** What a hunt found. `portcullis hunt --json` prints a subset of it (contract C2); `explain` reads all of it. */
export type Report = {
  readonly exchanges: number
  readonly accounts: number
  readonly rejected: number
  readonly from: number | undefined
  readonly until: number | undefined
  readonly campaigns: readonly Campaign[]
  /** Groups that look like a campaign and are something else, named as what they are. */
  readonly lookalikes: readonly Lookalike[]
  /** How many addresses most accounts came from, as from behind a proxy; where there are any, addresses told nothing. */
  readonly commonAddresses?: number | undefined
  /** What no exchange came with, if anything: what only shows there cannot have been found. */
  readonly untold?: readonly Untold[] | undefined
  /** Groups that were looked at, surest first: what a verdict is replayed against. Findings of old have none. */
  readonly considered?: readonly Considered[] | undefined
}

export type SignalReading = {
  readonly signal: string
  readonly strength: number
  /** The best estimate, where the strength is a cautious bound. */
  readonly likely?: number | undefined
  /** The most it may say of this group (natural log of odds), if not what the signal may. */
  readonly weightMax?: number | undefined
}

/** A group as it was weighed. */
export type Considered = {
  /** The campaign it was raised as. */
  readonly campaign?: string | undefined
  readonly accounts: number
  readonly readings: readonly SignalReading[]
  /** Explanations that fit at all. */
  readonly fits: readonly { readonly kind: LookalikeKind; readonly fit: number }[]
}

/** What an analyst said of a campaign. */
export type Verdict = {
  readonly id: string
  readonly campaign: string
  readonly verdict: 'real' | 'benign' | 'unsure'
  readonly reason: string
  readonly author: string
  /** Unix ms. */
  readonly at: number
  readonly accounts: readonly string[]
  readonly readings: readonly SignalReading[]
  readonly fits: Considered['fits']
}

export type Objective = 'reasoning' | 'grading' | 'coding' | 'tools' | 'instructions' | 'other'

export type Campaign = {
  readonly id: string
  /** Posterior probability, 0..1. */
  readonly score: number
  /** Only accounts that would be acted on, sorted. */
  readonly accounts: readonly string[]
  readonly exchanges: number
  readonly first: number
  readonly last: number
  /** Log time at which the online watch would have raised it. */
  readonly flaggedAt: number
  readonly objective: Objective
  readonly evidence: readonly Evidence[]
  /** Templates with the variable parts masked, most used first. */
  readonly templates: readonly Template[]
  /** Benign explanations that were weighed, most fitting first, and why they lost. */
  readonly explanations: readonly Explanation[]
  /** Exchanges a day by the campaign's accounts, from `first`: for a sparkline. */
  readonly daily: readonly number[]
  /** What the accounts share, most shared first: cards, networks, client fingerprints, models. */
  readonly shared: readonly Shared[]
  /** Account by account, for graphs and tables. Findings of earlier versions have none. */
  readonly members?: Members | undefined
}

/** Columns in the order of the campaign's `accounts`. */
export type Members = {
  readonly exchanges: readonly number[]
  readonly outputTokens: readonly number[]
  /** Unix ms. */
  readonly first: readonly number[]
  readonly last: readonly number[]
  /** Unix ms; zero where it is not known. */
  readonly created: readonly number[]
  /** What at least two accounts share, most shared first. */
  readonly shared: readonly SharedBy[]
}

export type SharedBy = {
  readonly kind: 'card' | 'address' | 'network' | 'client' | 'system prompt'
  readonly value: string
  /** Positions among the campaign's accounts, ascending. */
  readonly accounts: readonly number[]
}

export type Evidence = {
  readonly signal: string
  /** 0..1 */
  readonly strength: number
  /** Share of benign groups that would show this signal at least as strongly. */
  readonly falsePositiveRate: number
  readonly summary: string
  /** How many of the campaign's accounts show it. */
  readonly accounts: number
}

export type Template = { readonly text: string; readonly accounts: number; readonly exchanges: number }
export type Explanation = { readonly kind: LookalikeKind; readonly fit: number; readonly summary: string }
export type Shared = { readonly kind: string; readonly value: string; readonly accounts: number }

export type LookalikeKind =
  | 'batch'
  | 'benchmark'
  | 'class'
  | 'company'
  | 'reseller'
  | 'promotion'
  | 'fans'
  | 'carrier'
  | 'product'
  | 'people'

export type Lookalike = {
  readonly kind: LookalikeKind
  readonly accounts: readonly string[]
  readonly exchanges: number
  readonly summary: string
}
