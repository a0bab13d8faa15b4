// Features on their way from partitions to the reducer.

import { isFamilyLike } from '../links/families.ts'
import type { Features } from '../links/features.ts'
import type { SharedFeatures } from './partition-messages.ts'

/** Of each shard the features that could found or join a family: the others decide nothing. */
export function sharedFeatures(shards: readonly Features[]): SharedFeatures {
  const chosen: [features: Features, feature: number][] = []
  let pairCount = 0
  for (const features of shards)
    for (let feature = 0; feature < features.hashes.length; feature++) {
      if (!isFamilyLike(features, feature)) continue
      chosen.push([features, feature])
      pairCount += features.accounts[feature] ?? 0
    }
  const pairs = new Uint32Array(pairCount * 2)
  const ends = new Uint32Array(chosen.length)
  let at = 0
  for (const [row, [features, feature]] of chosen.entries()) {
    features.each(feature, (account, uses) => {
      pairs[at++] = account
      pairs[at++] = uses
    })
    ends[row] = at
  }
  return {
    hashes: Uint32Array.from(chosen, ([features, feature]) => features.hashes[feature] ?? 0),
    isSystem: Uint8Array.from(chosen, ([features, feature]) => (features.kind[feature] === 'system' ? 1 : 0)),
    uses: Float64Array.from(chosen, ([features, feature]) => features.uses[feature] ?? 0),
    ends,
    pairs,
  }
}
