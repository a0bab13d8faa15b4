import type { PolicyProof } from '../api/shapes/policies.ts'
import { policyDigest } from './policy-store.ts'

/** What was proved last, by the text it was proved of: another text has not been proved. */
export class ProofMemory {
  #last: { readonly digest: string; readonly proof: PolicyProof } | undefined

  keep(text: string, proof: PolicyProof): void {
    this.#last = { digest: policyDigest(text), proof }
  }

  of(text: string): PolicyProof | undefined {
    return this.#last?.digest === policyDigest(text) ? this.#last.proof : undefined
  }
}
