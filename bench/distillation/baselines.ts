import { accountClassifier } from './baselines/account-classifier.ts'
import { fraudar } from './baselines/fraudar.ts'
import { infrastructure } from './baselines/infrastructure.ts'
import { phraseList } from './baselines/phrase-list.ts'
import { pooledMmd } from './baselines/pooled-mmd.ts'
import { templateLift } from './baselines/template-lift.ts'
import { volume } from './baselines/volume.ts'
import type { Evidence } from './evidence.ts'

/** Gives every account a suspicion, in the order of the evidence's accounts; higher is worse, the scale its own. */
export type Baseline = {
  readonly name: string
  readonly summary: string
  readonly score: (evidence: Evidence) => Float64Array
}

/** Those that learn are taught on scenarios with labels; nobody else gets to see labels. */
export type Lesson = { readonly evidence: Evidence; readonly isAttacker: (account: string) => boolean }

/** Taught with the very kinds of campaigns it is then asked about: a bound, and nothing anybody can have. */
export const FOREKNOWING = 'foreknowing classifier'

export function baselinesTaught(caught: readonly Lesson[], alike: readonly Lesson[]): readonly Baseline[] {
  return [
    volume,
    phraseList,
    accountClassifier('per-account classifier', 'the loud campaigns that were caught before', caught),
    templateLift,
    infrastructure,
    pooledMmd,
    fraudar,
    accountClassifier(FOREKNOWING, 'another round of this very grid', alike),
  ]
}
