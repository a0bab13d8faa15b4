import type { RecordKind } from './records.ts'
import type { Position, Watermark } from './ring.ts'

export type LedgerHealth = 'well' | 'stalled' | 'failed'

/** What whoever records needs of a ledger, in whichever process its writer is. */
export type LedgerEnd = {
  readonly health: LedgerHealth
  /** Opens an intent. Nothing when there is no room. */
  readonly begin: (payload: string) => { readonly ref: number; readonly position: Position } | undefined
  /** Nothing when there is no room, the record is too large, or the ledger is closed. */
  readonly append: (kind: RecordKind, ref: number, payload: string) => Position | undefined
  readonly has: (mark: Watermark, position: Position) => boolean
  /** Resolves once everything before `position` has reached the mark; rejects when it has not in time. */
  readonly reached: (mark: Watermark, position: Position, timeoutMs: number) => Promise<void>
  /** Waits until there is room again, at most `timeoutMs`. */
  readonly room: (timeoutMs: number) => Promise<void>
}
