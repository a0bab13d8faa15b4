// Messages between the processes of a gate as one flat list. What every exchange sends, six messages there and two back, is
// read in a third of the time when it is no objects: their field names would go with each of them, and be looked up again.
import type { ActId } from '../../gate/act.ts'
import type { Beyond, Counted } from '../../gate/enforce/allowances.ts'
import type { RecordKind } from '../../store/embedded/ledger/records.ts'
import type { ToPrimary, ToWorker } from './messages.ts'

export type Packed = readonly unknown[]

/** First of every message in the list; `whole` is followed by the message itself. */
const codes = {
  whole: 0,
  begun: 1,
  take: 2,
  record: 3,
  tokens: 4,
  seen: 5,
  unseen: 6,
  safe: 7,
  taken: 8,
} as const

export function packForPrimary(messages: readonly ToPrimary[]): Packed {
  const list: unknown[] = []
  for (const message of messages) {
    switch (message.kind) {
      case 'begun':
        list.push(codes.begun, message.id, message.ts)
        break
      case 'take':
        list.push(codes.take, message.call, message.at)
        pushCounted(list, message.caller)
        break
      case 'record':
        list.push(codes.record, message.record, message.ref, message.payload)
        break
      case 'tokens':
        list.push(codes.tokens, message.tokens, message.at)
        pushCounted(list, message.caller)
        break
      case 'ended':
        pushEnded(list, message)
        break
      default:
        list.push(codes.whole, message)
    }
  }
  return list
}

export function packForWorker(messages: readonly ToWorker[]): Packed {
  const list: unknown[] = []
  for (const message of messages) {
    if (message.kind === 'safe') list.push(codes.safe, message.records)
    else if (message.kind === 'taken') list.push(codes.taken, message.call, message.beyond)
    else list.push(codes.whole, message)
  }
  return list
}

/** What `packForPrimary` packed. It comes from a process of our own, and nobody else can reach the channel. */
export function unpackForPrimary(packed: Packed): readonly ToPrimary[] {
  const from = new Unpacker(packed)
  const messages: ToPrimary[] = []
  while (from.hasMore) messages.push(toPrimary(from))
  return messages
}

export function unpackForWorker(packed: Packed): readonly ToWorker[] {
  const from = new Unpacker(packed)
  const messages: ToWorker[] = []
  while (from.hasMore) {
    const code = from.next<number>()
    if (code === codes.safe) messages.push({ kind: 'safe', records: from.next() })
    else if (code === codes.taken)
      messages.push({ kind: 'taken', call: from.next(), beyond: from.next<Beyond | undefined>() })
    else messages.push(from.next<ToWorker>())
  }
  return messages
}

function toPrimary(from: Unpacker): ToPrimary {
  switch (from.next<number>()) {
    case codes.begun:
      return { kind: 'begun', id: from.next<ActId>(), ts: from.next() }
    case codes.take:
      return { kind: 'take', call: from.next(), at: from.next(), caller: counted(from) }
    case codes.record:
      return { kind: 'record', record: from.next<RecordKind>(), ref: from.next(), payload: from.next() }
    case codes.tokens:
      return { kind: 'tokens', tokens: from.next(), at: from.next(), caller: counted(from) }
    case codes.seen: {
      const id = from.next<ActId>()
      return {
        kind: 'ended',
        id,
        seen: { id, ts: from.next(), json: from.next(), text: from.next(), end: from.next() },
      }
    }
    case codes.unseen:
      return { kind: 'ended', id: from.next<ActId>(), seen: undefined }
    default:
      return from.next<ToPrimary>()
  }
}

function pushEnded(list: unknown[], { id, seen }: Extract<ToPrimary, { readonly kind: 'ended' }>): void {
  if (seen === undefined) list.push(codes.unseen, id)
  else list.push(codes.seen, id, seen.ts, seen.json, seen.text, seen.end)
}

function pushCounted(list: unknown[], { key, account, tenant, standing }: Counted): void {
  list.push(key, account, tenant, standing.kind === 'clear' ? undefined : standing)
}

function counted(from: Unpacker): Counted {
  const key = from.next<string>()
  const account = from.next<string>()
  const tenant = from.next<string>()
  return { key, account, tenant, standing: from.next<Counted['standing'] | undefined>() ?? clear }
}

const clear: Counted['standing'] = { kind: 'clear' }

class Unpacker {
  readonly #packed: Packed
  #at = 0

  constructor(packed: Packed) {
    this.#packed = packed
  }

  get hasMore(): boolean {
    return this.#at < this.#packed.length
  }

  next<Field>(): Field {
    return this.#packed[this.#at++] as Field
  }
}
