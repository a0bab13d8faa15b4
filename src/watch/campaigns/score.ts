// From signals and explanations to the probability that a group is a campaign.
import type { Evidence, Explanation } from '../report.ts'
import { calibration } from './calibration.ts'
import { explanationsOf } from './explanations.ts'
import type { Group, Scene } from './group.ts'
import { type Reading, type Signal, type SignalName, signals } from './signals.ts'

/** Of the groups that get this far, about one in a hundred is expected to be a campaign. */
const PRIOR = 0.01
/** A signal's strength falls into three bins with these bounds: absent, partial, strong. */
const PARTIAL = 0.3
const STRONG = 0.7
/** Of campaigns that show a signal at all, this share shows it strongly. */
const STRONG_SHARE = 0.7
/** No one signal may say more than this, however rare it is among benign groups (natural log of odds). */
const WEIGHT_MAX = 5
/** The signals are not independent: each counts for this much of what it would alone. */
const DEPENDENCE = 0.8
/** The least a benign explanation that fits fully takes from the log odds; below FIT_MIN it takes nothing. */
const EXPLANATION_WEIGHT = 9
export const FIT_MIN = 0.5

export type Scored = {
  readonly group: Group
  readonly score: number
  readonly evidence: readonly Evidence[]
  readonly explanations: readonly Explanation[]
}

export function score(group: Group, scene: Scene): Scored {
  const prior = Math.log(PRIOR / (1 - PRIOR))
  let logOdds = prior
  const evidence: Evidence[] = []
  for (const signal of signals) {
    if (scene.silenced.has(signal.name)) continue
    const reading = signal.read(group, scene)
    if (reading === undefined) continue
    logOdds += DEPENDENCE * weighed(signal, reading)
    if (reading.strength >= PARTIAL)
      evidence.push({
        signal: signal.name,
        strength: reading.strength,
        falsePositiveRate: falsePositiveRate(signal.name, reading.strength),
        summary: reading.summary,
        accounts: reading.accounts,
      })
  }
  const explanations = explanationsOf(group, scene)
  logOdds -= Math.max(...explanations.map((explanation) => explainedAway(explanation, logOdds - prior)))
  evidence.sort((a, b) => a.falsePositiveRate - b.falsePositiveRate || b.strength - a.strength)
  return { group, score: 1 / (1 + Math.exp(-logOdds)), evidence, explanations }
}

/**
 * Who the accounts are accounts for all the signals together, however many there are: a company's own pipeline shows
 * most of them. When they work does not: burnt accounts work in one go each, as batches do.
 */
function explainedAway({ kind, fit }: Explanation, signalled: number): number {
  const weight =
    kind === 'batch' || kind === 'benchmark' ? EXPLANATION_WEIGHT : Math.max(EXPLANATION_WEIGHT, signalled)
  return (weight * Math.max(0, fit - FIT_MIN)) / (1 - FIT_MIN)
}

/** What a reading says. Where too little was seen to be sure, absence is charged as far as it is likely. */
function weighed(signal: Signal, { strength, likely }: Reading): number {
  const weight = weightOf(signal, strength)
  if (likely === undefined || weight >= 0) return weight
  return Math.max(weight, Math.min(0, weightOf(signal, likely)))
}

/** Natural log of how much likelier this strength is in a campaign than in a benign group. */
export function weightOf(signal: Signal, strength: number): number {
  const { sensitivity } = signal
  // Where benign groups show a signal as often as campaigns do, its absence says nothing; it never accuses.
  const absent = Math.min(0, Math.log((1 - sensitivity) / rateBetween(signal.name, 0, PARTIAL)))
  const partial = Math.log((sensitivity * (1 - STRONG_SHARE)) / rateBetween(signal.name, PARTIAL, STRONG))
  const strong = Math.log((sensitivity * STRONG_SHARE) / rateBetween(signal.name, STRONG, 1.01))
  // Evidence grows with strength even where chance made the middle bin rarer than the top one.
  const levels = [absent, Math.max(absent, Math.min(partial, strong)), Math.max(absent, strong)] as const
  return Math.min(signal.weightMax ?? WEIGHT_MAX, clamp(between(levels, strength)))
}

/** Linear between the middles of the bins, so that no threshold can be sat upon. */
function between([absent, partial, strong]: readonly [number, number, number], strength: number): number {
  const low = PARTIAL / 2
  const middle = (PARTIAL + STRONG) / 2
  const high = (STRONG + 1) / 2
  if (strength <= low) return absent
  if (strength <= middle) return absent + ((partial - absent) * (strength - low)) / (middle - low)
  if (strength <= high) return partial + ((strong - partial) * (strength - middle)) / (high - middle)
  return strong
}

/** Share of benign groups that show the signal at least this strongly; one more is assumed than was seen. */
export function falsePositiveRate(name: SignalName, strength: number): number {
  return (benign(name, strength, 1.01) + 1) / (readings(name) + 1)
}

function rateBetween(name: SignalName, from: number, to: number): number {
  return (benign(name, from, to) + 1) / (readings(name) + 3)
}

/** Benign groups to which the signal applied. */
function readings(name: SignalName): number {
  return benign(name, 0, 1.01)
}

function benign(name: SignalName, from: number, to: number): number {
  const counts = calibration.counts[name]
  let inside = 0
  for (let hundredth = Math.floor(from * 100); hundredth < Math.min(101, Math.floor(to * 100)); hundredth++)
    inside += counts[hundredth] ?? 0
  return inside
}

function clamp(weight: number): number {
  return Math.min(WEIGHT_MAX, Math.max(-WEIGHT_MAX, weight))
}
