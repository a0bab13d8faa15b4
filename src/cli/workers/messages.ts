import type { Address } from '../../config/config.ts'
import type { MetricsShare } from '../../doors/gate-metrics.ts'
import type { ActId } from '../../gate/act.ts'
import type { Beyond, Counted } from '../../gate/enforce/allowances.ts'
import type { LedgerHealth } from '../../store/embedded/ledger/ledger-end.ts'
import type { RecordKind } from '../../store/embedded/ledger/records.ts'
import type { KeptPrompt } from '../../store/embedded/prompt-store.ts'
import type { WrittenExchange } from '../passed-batch.ts'

// What the processes of one gate tell each other. Workers carry exchanges; the primary has the one ledger, the one watch
// and the one set of counters. Messages of one turn of the event loop travel together: sending costs more than a message.

export type WorkerStart = {
  readonly kind: 'start'
  /** Which configuration file, and which of how many processes. */
  readonly file: string
  readonly index: number
  readonly of: number
  /** Where all of them listen. */
  readonly listen: Address
  /** Where what is no model exchange is handed on, and the word that says it comes from here. */
  readonly innerPath: string
  readonly secret: string
  readonly health: LedgerHealth
}

export type ToWorker =
  | WorkerStart
  /** So many of the records that were sent are safe. */
  | { readonly kind: 'safe'; readonly records: number }
  | { readonly kind: 'health'; readonly health: LedgerHealth }
  | { readonly kind: 'taken'; readonly call: number; readonly beyond: Beyond | undefined }
  | Refused
  | Bound
  | { readonly kind: 'refresh' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'drain' }

export type ToPrimary =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly code: string; readonly message: string }
  | SentRecord
  | { readonly kind: 'begun'; readonly id: ActId; readonly ts: number }
  | {
      readonly kind: 'ended'
      readonly id: ActId
      readonly seen: WrittenExchange | undefined
    }
  | { readonly kind: 'take'; readonly call: number; readonly caller: Counted; readonly at: number }
  | { readonly kind: 'tokens'; readonly caller: Counted; readonly tokens: number; readonly at: number }
  | Refused
  | Bound
  | Kept
  | { readonly kind: 'metrics'; readonly share: MetricsShare; readonly inFlight: number }

/** A record for the ledger. References are the worker's own. */
export type SentRecord = {
  readonly kind: 'record'
  readonly record: RecordKind
  readonly ref: number
  readonly payload: string
}

/** A key was refused that came from this address. */
type Refused = { readonly kind: 'refused'; readonly address: string; readonly at: number }

/** A reasoning block was made for this account. */
type Bound = { readonly kind: 'bound'; readonly digest: string; readonly account: string }

/** Texts of an exchange, for whoever keeps them. */
type Kept = { readonly kind: 'keep' } & KeptPrompt
