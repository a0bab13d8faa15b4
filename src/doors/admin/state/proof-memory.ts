import type { PolicyBacktest, PolicyProof } from '../api/shapes/policies.ts'
import { policyDigest } from './policy-store.ts'

type Tried = { readonly proof?: PolicyProof; readonly backtest?: PolicyBacktest }

/** Texts that are remembered; the ready-made policies are four, and drafts keep their results themselves. */
const TEXTS_MAX = 16

/** What was proved and tried last, by the text it was of: another text has been neither. */
export class ProofMemory {
  readonly #tried = new Map<string, Tried>()

  keep(text: string, result: Tried): void {
    const digest = policyDigest(text)
    const before = this.#tried.get(digest)
    this.#tried.delete(digest)
    this.#tried.set(digest, { ...before, ...result })
    const oldest = this.#tried.keys().next().value
    if (this.#tried.size > TEXTS_MAX && oldest !== undefined) this.#tried.delete(oldest)
  }

  of(text: string): Tried {
    return this.#tried.get(policyDigest(text)) ?? {}
  }
}
