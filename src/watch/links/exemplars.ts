// A few prompts that hold a shared word run, kept only so that a template can be shown with its variable parts masked.

const EXEMPLARS_PER_FEATURE = 4
const FEATURES_MAX = 20_000

export class Exemplars {
  readonly #kept = new Map<number, { readonly account: number; readonly text: string }[]>()

  /** Asks for examples of these features from now on. */
  want(features: readonly number[]): void {
    // A family's first runs cover its wrapper; the rest straddle wrapper and payload.
    for (const feature of features.slice(0, 64)) {
      if (this.#kept.size >= FEATURES_MAX) return
      if (!this.#kept.has(feature)) this.#kept.set(feature, [])
    }
  }

  wants(feature: number): boolean {
    const kept = this.#kept.get(feature)
    return kept !== undefined && kept.length < EXEMPLARS_PER_FEATURE
  }

  keep(feature: number, account: number, text: string): void {
    const kept = this.#kept.get(feature)
    if (!kept || text === '' || kept.some((exemplar) => exemplar.account === account)) return
    kept.push({ account, text })
  }

  of(feature: number): readonly { readonly account: number; readonly text: string }[] {
    return this.#kept.get(feature) ?? []
  }
}
