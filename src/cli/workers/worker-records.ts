import type { Ledger } from '../../store/embedded/ledger/ledger.ts'
import type { Position, Watermark } from '../../store/embedded/ledger/ring.ts'
import type { SentRecord } from './messages.ts'

/** How long to wait at a time for room, or for the disk: then it is looked at again whether the ledger still lives. */
const WAIT_MS = 1_000

type Written = Pick<SentRecord, 'record' | 'ref' | 'payload'>

/** One worker's records on their way into the one ledger, in the order they were sent. */
export class WorkerRecords {
  readonly #ledger: Pick<Ledger, 'health' | 'begin' | 'append' | 'reached' | 'room'>
  readonly #mark: Watermark
  readonly #safe: (records: number) => void
  /** The worker's references of open intents, and the ledger's own. */
  readonly #refs = new Map<number, number>()
  #waiting: Written[] = []
  #taken = 0
  #told = 0
  #last: Position | undefined
  #isWaitingForRoom = false
  #isTelling = false

  /** `safe` is told how many records have reached the mark. */
  constructor(
    ledger: Pick<Ledger, 'health' | 'begin' | 'append' | 'reached' | 'room'>,
    mark: Watermark,
    safe: (records: number) => void,
  ) {
    this.#ledger = ledger
    this.#mark = mark
    this.#safe = safe
  }

  take(records: readonly Written[]): void {
    this.#waiting.push(...records)
    this.#pump()
  }

  /** The worker is gone: what it left open is closed, behind whatever of its records still waits. */
  interrupt(now: number): number {
    const open = new Set(this.#refs.keys())
    for (const { record, ref } of this.#waiting) {
      if (record === 'intent') open.add(ref)
      else if (record === 'completion') open.delete(ref)
    }
    const payload = JSON.stringify({ kind: 'interrupted', ts: now })
    this.take([...open].map((ref) => ({ record: 'interrupted', ref, payload })))
    return open.size
  }

  #pump(): void {
    let done = 0
    for (const record of this.#waiting) {
      const position = this.#append(record)
      if (position === undefined) break
      this.#last = position
      done++
    }
    this.#waiting.splice(0, done)
    this.#taken += done
    if (done > 0) void this.#tell()
    if (this.#waiting.length > 0) void this.#whenRoom()
  }

  #append({ record, ref, payload }: Written): Position | undefined {
    if (record === 'intent') {
      const begun = this.#ledger.begin(payload)
      if (begun !== undefined) this.#refs.set(ref, begun.ref)
      return begun?.position
    }
    if (record === 'note') return this.#ledger.append('note', 0, payload)
    const position = this.#ledger.append(record, this.#refs.get(ref) ?? 0, payload)
    if (position !== undefined) this.#refs.delete(ref)
    return position
  }

  async #whenRoom(): Promise<void> {
    if (this.#isWaitingForRoom || this.#ledger.health === 'failed') return
    this.#isWaitingForRoom = true
    await this.#ledger.room(WAIT_MS)
    this.#isWaitingForRoom = false
    this.#pump()
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    while (this.#told < this.#taken && this.#last !== undefined && this.#ledger.health !== 'failed') {
      const taken = this.#taken
      const isSafe = await this.#ledger.reached(this.#mark, this.#last, WAIT_MS).then(
        () => true,
        () => false,
      )
      if (!isSafe) continue
      this.#told = taken
      this.#safe(taken)
    }
    this.#isTelling = false
  }
}
