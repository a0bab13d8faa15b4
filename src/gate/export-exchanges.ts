import type { LedgerPlace } from '../store/embedded/ledger/cursor.ts'
import { recordsOf } from '../store/embedded/ledger/records.ts'
import { blocksOf, listSegments } from '../store/embedded/ledger/segments.ts'
import { sketchWords } from './sketch-text.ts'

/** One line of an export, with where it stands in the ledger. */
export type LedgerLine = {
  readonly seq: number
  readonly ref: number
  readonly entry: Readonly<Record<string, unknown>>
}

/** An exchange may be under way for as long as a model thinks; more than this many at once are not held. */
const OPEN_MAX = 1_000_000

/** Every entry in order, as it was written; from a block on, if one is named. */
export function* ledgerEntries(
  directory: string,
  from: LedgerPlace = { segment: '', offset: 0 },
): Generator<LedgerLine, undefined, undefined> {
  for (const { path, name } of listSegments(directory)) {
    if (name < from.segment) continue
    for (const { header, payload } of blocksOf(path, name === from.segment ? from.offset : 0)) {
      let seq = header.firstSeq
      for (const { kind, ref, payload: bytes } of recordsOf(payload)) {
        const entry = parseEntry(bytes)
        if (kind === 'checkpoint') yield { seq, ref, entry: { kind, ...entry } }
        else yield { seq, ref, entry }
        seq++
      }
    }
  }
  return undefined
}

/**
 * Exchanges in the form of the exchange log: what was asked joined with how it ended. They come in the order they
 * ended, so `ts` is out of order by as long as an exchange took.
 */
export function* ledgerExchanges(
  directory: string,
): Generator<Readonly<Record<string, unknown>>, undefined, undefined> {
  for (const { exchange } of endedExchanges(directory)) yield exchange
  return undefined
}

export type EndedExchange = { readonly ref: number; readonly exchange: Readonly<Record<string, unknown>> }

export type LedgerPart = {
  /** Where to begin to read; everything wanted stands behind it. */
  readonly from?: LedgerPlace
  /** References outside of these are left out. */
  readonly since?: number
  readonly before?: number
  /** Ids of exchanges that are left out. */
  readonly without?: ReadonlySet<string>
}

/** As `ledgerExchanges`, of a part of the ledger. */
export function* endedExchanges(
  directory: string,
  { from, since = 0, before = Number.POSITIVE_INFINITY, without }: LedgerPart = {},
): Generator<EndedExchange, undefined, undefined> {
  const open = new Map<number, Readonly<Record<string, unknown>>>()
  for (const { ref, entry } of ledgerEntries(directory, from)) {
    if (entry.kind === 'exchange') {
      if (ref >= before || ref < since || without?.has(String(entry.id)) === true) continue
      open.set(ref, entry)
      if (open.size > OPEN_MAX) open.delete(open.keys().next().value ?? 0)
    } else if (entry.kind === 'completion' || entry.kind === 'interrupted') {
      const asked = open.get(ref)
      open.delete(ref)
      if (asked && isAnswered(asked.endpoint)) yield { ref, exchange: joined(asked, entry) }
    }
  }
  return undefined
}

/** Whether a model answered. A kept answer that is read again was told when it was made. */
function isAnswered(endpoint: unknown): boolean {
  return endpoint !== 'models' && endpoint !== 'count_tokens' && !String(endpoint).startsWith('responses.')
}

function joined(
  asked: Readonly<Record<string, unknown>>,
  ended: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { kind: _, decision, sketch, ...exchange } = asked
  const { status, input_tokens, output_tokens, tokens_estimated, outcome, ms, upstream } = ended
  return {
    ...exchange,
    ...(typeof sketch === 'string' && { sketch: sketchWords(sketch) }),
    input_tokens,
    output_tokens,
    tokens_estimated,
    // An exchange that the gate's own end cut off has no status of its own.
    status: status ?? 499,
    outcome: outcome ?? 'interrupted',
    ms,
    upstream,
    decision,
  }
}

function parseEntry(bytes: Buffer): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(bytes.toString('utf8'))
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
