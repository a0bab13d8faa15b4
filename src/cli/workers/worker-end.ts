import type { Shared } from '../gateway.ts'
import type { OnlineWatch } from '../online-watch.ts'
import type { SentRecord, ToPrimary, ToWorker } from './messages.ts'
import { WorkerRecords } from './worker-records.ts'

type Parts = {
  readonly shared: Shared
  readonly watch: OnlineWatch | undefined
  /** To this worker, and to all others. */
  readonly post: (message: ToWorker) => void
  readonly others: (message: ToWorker) => void
}

type Ended = Extract<ToPrimary, { readonly kind: 'ended' }>

/** The primary's end of one worker: takes what it tells to what exists once. */
export class WorkerEnd {
  inFlight = 0
  readonly #parts: Parts
  readonly #records: WorkerRecords
  /** Exchanges the watch waits for. */
  readonly #open = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
    const { ledger, wait } = parts.shared
    this.#records = new WorkerRecords(ledger, wait, (records) => parts.post({ kind: 'safe', records }))
  }

  post(message: ToWorker): void {
    this.#parts.post(message)
  }

  /** What the others know already. */
  teach(): void {
    for (const [digest, account] of this.#parts.shared.reasoning.entries())
      this.post({ kind: 'bound', digest, account })
  }

  hear(messages: readonly ToPrimary[]): void {
    const records: SentRecord[] = []
    const ended: Ended[] = []
    for (const message of messages) {
      if (message.kind === 'record') records.push(message)
      else if (message.kind === 'ended') ended.push(message)
      else this.#hear(message)
    }
    if (records.length > 0) this.#records.take(records)
    // The watch tells by the ledger's references which exchanges it was shown: one begins before its entry gets its
    // reference, and ends after that.
    for (const { id, seen } of ended) {
      this.#open.delete(id)
      this.#parts.watch?.ended(id, seen)
    }
  }

  /** The worker is gone. Returns how many exchanges it left open. */
  leave(now: number): number {
    for (const id of this.#open) this.#parts.watch?.ended(id, undefined)
    return this.#records.interrupt(now)
  }

  #hear(message: Exclude<ToPrimary, SentRecord | Ended>): void {
    const { shared, watch, others, post } = this.#parts
    const { allowances, reasoning, metrics } = shared
    switch (message.kind) {
      case 'begun':
        this.#open.add(message.id)
        watch?.begin(message)
        return
      case 'take': {
        const { call, caller, at } = message
        post({ kind: 'taken', call, beyond: allowances.takeRequest(caller, at) })
        return
      }
      case 'tokens':
        allowances.takeTokens(message.caller, message.tokens, message.at)
        return
      case 'refused':
        allowances.countRefusal(message.address, message.at)
        others(message)
        return
      case 'bound':
        reasoning.bind(message.digest, message.account)
        others(message)
        return
      case 'keep':
        shared.keep?.(message)
        return
      case 'metrics':
        metrics.take(message.share)
        this.inFlight = message.inFlight
        return
      default:
      // The others are about its start, which is not this end's matter.
    }
  }
}
