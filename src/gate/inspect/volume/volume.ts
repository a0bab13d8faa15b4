import { hash } from 'node:crypto'
import type { Budget, Budgets, Scope } from '../../../config/budgets.ts'
import { BoundedMap } from '../../../kernel/bounded-map.ts'
import type { VolumeCounts, VolumeNote } from '../../agent-entry.ts'
import type { Finding } from '../../finding.ts'
import type { Amount } from './amount.ts'

const NAME = 'volume'
const AGENTS_MAX = 10_000
/** Places one agent sends to; beyond it they share one count, so that naming many gains nothing. */
const DESTINATIONS_MAX = 500
const SHARED = '*'
/** 96 bits: no two hosts of one agent meet by chance. */
const PLACE_CHARACTERS = 16
/** Digests kept of places named last: an agent goes to the same few, and a digest costs more than all the counting. */
const DIGESTS_MAX = 1_000
/** The part of a budget after which an operator may want to know. */
const WARNING_SHARE = 0.8

const measures = ['calls', 'recordsRead', 'rowsRead', 'bytesRead', 'bytesSent'] as const
type Measure = (typeof measures)[number]

type Spent = Record<Measure, number>

/** What an agent has moved in the current window: altogether, and to each place. */
type Account = { since: number; readonly spent: Spent; readonly places: Map<string, Spent> }

/** Whose budgets an act draws on. */
export type Spender = {
  readonly session: Spent
  readonly agent: string
  readonly destinations: readonly string[]
  /** Unix milliseconds; nothing where acts carry no time and windows therefore never end. */
  readonly now: number | undefined
}

export function nothingSpent(): Spent {
  return { calls: 0, recordsRead: 0, rowsRead: 0, bytesRead: 0, bytesSent: 0 }
}

/** Counts what passes and says when it is too much: for a session, an agent, and a place that an agent sends to. */
export class Volume {
  #budgets: Budgets
  readonly #accounts = new BoundedMap<string, Account>(AGENTS_MAX)
  readonly #digests = new BoundedMap<string, string>(DIGESTS_MAX)

  constructor(budgets: Budgets) {
    this.#budgets = budgets
  }

  use(budgets: Budgets): void {
    this.#budgets = budgets
  }

  /** What this act would do to the budgets. Counts nothing yet. */
  inspect(amount: Amount, spender: Spender): readonly Finding[] {
    const { session, agent, destination } = this.#budgets
    const findings: Finding[] = []
    over(findings, 'session', session, spender.session, amount)
    const account = this.#accountOf(spender)
    over(findings, 'agent', agent, account.spent, amount)
    for (const place of spender.destinations)
      over(findings, 'destination', destination, spentAt(account, this.#keyOf(place)), amount, place)
    return findings
  }

  /** The act passes. Returns what the ledger has to keep of it. */
  add(amount: Amount, spender: Spender): VolumeNote {
    raise(spender.session, amount)
    const places = spender.destinations.map((place) => this.#keyOf(place))
    this.#draw(amount, spender, places)
    const note = { moved: countsOf(amount), session: countsOf(spender.session) }
    return places.length === 0 ? note : { ...note, places }
  }

  /** What an act drew from the budgets of its agent before this process began. */
  restore({ moved, places = [] }: VolumeNote, agent: string, now: number): void {
    this.#draw(spentOf(moved), { agent, now }, places)
  }

  #draw(amount: Amount, spender: Pick<Spender, 'agent' | 'now'>, places: readonly string[]): void {
    const account = this.#accountOf(spender)
    raise(account.spent, amount)
    for (const place of places) raise(spentAt(account, place), amount)
  }

  /** Places are counted and kept by digest: a host's name may be the very thing that is carried away. */
  #keyOf(place: string): string {
    const known = this.#digests.get(place)
    if (known !== undefined) return known
    const digest = hash('sha256', place, 'base64url').slice(0, PLACE_CHARACTERS)
    this.#digests.set(place, digest)
    return digest
  }

  #accountOf({ agent, now }: Pick<Spender, 'agent' | 'now'>): Account {
    const known = this.#accounts.get(agent)
    if (known !== undefined && (now === undefined || now - known.since < this.#budgets.windowMs)) return known
    const fresh: Account = { since: now ?? 0, spent: nothingSpent(), places: new Map() }
    this.#accounts.set(agent, fresh)
    return fresh
  }
}

function countsOf({ calls, recordsRead, rowsRead, bytesRead, bytesSent }: Readonly<Spent>): VolumeCounts {
  return [calls, recordsRead, rowsRead, bytesRead, bytesSent]
}

export function spentOf([calls, recordsRead, rowsRead, bytesRead, bytesSent]: VolumeCounts): Spent {
  return { calls, recordsRead, rowsRead, bytesRead, bytesSent }
}

function spentAt({ places }: Account, place: string): Spent {
  const name = places.has(place) || places.size < DESTINATIONS_MAX ? place : SHARED
  const known = places.get(name) ?? nothingSpent()
  places.set(name, known)
  return known
}

function raise(spent: Spent, amount: Amount): void {
  for (const measure of measures) spent[measure] += amount[measure]
}

function over(
  findings: Finding[],
  scope: Scope,
  budget: Budget,
  spent: Readonly<Spent>,
  amount: Amount,
  place = '',
): void {
  for (const measure of measures) {
    const limit = budget[measure]
    const after = spent[measure] + amount[measure]
    if (limit === 0 || amount[measure] === 0 || after <= limit * WARNING_SHARE) continue
    const isOver = after > limit
    // The warning comes once, as the mark is passed.
    if (!isOver && spent[measure] > limit * WARNING_SHARE) continue
    findings.push({
      detector: NAME,
      fact: `volume.${scope}-${facts[measure]}`,
      severity: isOver ? 'high' : 'low',
      summary: summaryOf(scope, measure, after, limit, isOver, place),
    })
  }
}

const facts: Readonly<Record<Measure, string>> = {
  calls: 'calls',
  recordsRead: 'records',
  rowsRead: 'rows',
  bytesRead: 'bytes-read',
  bytesSent: 'bytes-sent',
}
const words: Readonly<Record<Measure, string>> = {
  calls: 'acts',
  recordsRead: 'records read',
  rowsRead: 'rows read',
  bytesRead: 'bytes read',
  bytesSent: 'bytes sent',
}
const scopes: Readonly<Record<Scope, string>> = {
  session: 'this session',
  agent: 'this agent',
  destination: 'this agent',
}

function summaryOf(
  scope: Scope,
  measure: Measure,
  after: number,
  limit: number,
  isOver: boolean,
  place: string,
): string {
  const to = scope === 'destination' ? ` to ${place.slice(0, 60)}` : ''
  const figures = `${after.toLocaleString('en')} ${words[measure]}${to}`
  const of = `of ${limit.toLocaleString('en')}`
  return isOver
    ? `${scopes[scope]} would be at ${figures}, ${of} allowed`
    : `${scopes[scope]} is at ${figures}, ${of}`
}
