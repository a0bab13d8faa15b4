import { performance } from 'node:perf_hooks'
import { GateError } from '../../../kernel/gate-error.ts'
import { isAtLeast, type Position } from './ring.ts'

type Waiter = {
  readonly position: Position
  readonly deadline: number
  readonly resolve: () => void
  readonly reject: (error: GateError) => void
}

/** How late a wait may be noticed to have failed. */
const SWEEP_MS = 100

/** Who waits for a place in the ledger to be safe, in the order of the places. */
export class WaitList {
  #waiters: Waiter[] = []
  #sweeper: NodeJS.Timeout | undefined

  get size(): number {
    return this.#waiters.length
  }

  wait(position: Position, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiters.push({ position, deadline: performance.now() + timeoutMs, resolve, reject })
    // One timer for all who wait: a timer each would cost more than the wait.
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS)
    return promise
  }

  release(reached: Position): void {
    let count = 0
    // Positions only grow, so the first that is not reached ends the walk.
    for (const { position, resolve } of this.#waiters) {
      if (!isAtLeast(reached, position)) break
      resolve()
      count++
    }
    if (count > 0) this.#waiters.splice(0, count)
  }

  fail(): void {
    for (const { reject } of this.#waiters.splice(0)) reject(ledgerGone())
  }

  close(): void {
    clearInterval(this.#sweeper)
  }

  #sweep(): void {
    const now = performance.now()
    const late = this.#waiters.filter(({ deadline }) => deadline <= now)
    if (late.length > 0) this.#waiters = this.#waiters.filter(({ deadline }) => deadline > now)
    for (const { reject } of late) reject(ledgerGone())
    if (this.#waiters.length > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }
}

export function ledgerGone(): GateError {
  return new GateError('ledger-full', 'The ledger cannot be written.')
}
