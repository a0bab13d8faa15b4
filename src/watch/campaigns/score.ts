// From signals and explanations to the probability that a group is a campaign.
import type { Evidence, Explanation, SignalReading } from '../report.ts'
import { calibration } from './calibration.ts'
import { explanationsOf } from './explanations.ts'
import type { Group, Scene } from './group.ts'
import { type Reading, type Signal, type SignalName, signals, WEIGHT_MAX } from './signals.ts'
import { addedGroups, type Tuning, tunedSensitivity, untuned } from './tuning.ts'

/** Of the groups that get this far, about one in a hundred is expected to be a campaign. */
const PRIOR = 0.01
/** A signal's strength falls into three bins with these bounds: absent, partial, strong. */
const PARTIAL = 0.3
const STRONG = 0.7
/** Of campaigns that show a signal at all, this share shows it strongly. */
const STRONG_SHARE = 0.7
/**
 * Share of campaigns that take such care: of the reported ones one in four came from bought accounts of all ages with cards
 * and residential addresses of their own; fewer kept human hours, wrote every prompt anew and asked for nothing peculiar. Who
 * takes the care does without all of it, so that the absence of six signals is not six independent reasons.
 */
const CAREFUL_SHARE = { infrastructure: 0.25, behaviour: 0.15 } as const
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
  readonly readings: readonly SignalReading[]
}

export function score(group: Group, scene: Scene): Scored {
  const { tuning } = scene
  const read = readingsOf(group, scene)
  const readings = read.map(({ told }) => told)
  const evidence = read
    .filter(({ reading }) => reading.strength >= PARTIAL)
    .map(({ name, reading: { strength, summary, accounts } }) => ({
      signal: name,
      strength,
      falsePositiveRate: falsePositiveRate(name, strength, tuning),
      summary,
      accounts,
    }))
  const explanations = explanationsOf(group, scene)
  evidence.sort((a, b) => a.falsePositiveRate - b.falsePositiveRate || b.strength - a.strength)
  return { group, score: posteriorOf(readings, explanations, tuning), evidence, explanations, readings }
}

/** Whether `score` would give so much. Explanations only take away, so they are asked for what could be likely. */
export function isAtLeast(group: Group, scene: Scene, least: number): boolean {
  const { tuning } = scene
  const readings = readingsOf(group, scene).map(({ told }) => told)
  if (posteriorOf(readings, [], tuning) < least) return false
  return posteriorOf(readings, explanationsOf(group, scene), tuning) >= least
}

type Read = { readonly name: SignalName; readonly reading: Reading; readonly told: SignalReading }

function readingsOf(group: Group, scene: Scene): Read[] {
  const all: Read[] = []
  for (const { name, read } of signals) {
    const reading = scene.silenced.has(name) ? undefined : read(group, scene)
    if (reading === undefined) continue
    const { strength, likely, weightMax } = reading
    const told = {
      signal: name,
      strength,
      ...(likely !== undefined && { likely }),
      ...(weightMax !== undefined && { weightMax }),
    }
    all.push({ name, reading, told })
  }
  return all
}

/** The probability that a group with these readings and these fits is a campaign. */
export function posteriorOf(
  readings: readonly SignalReading[],
  fits: readonly Pick<Explanation, 'kind' | 'fit'>[],
  tuning: Tuning,
): number {
  const avoidable = { infrastructure: 0, behaviour: 0 }
  let signalled = 0
  let tool: { readonly signal: Signal; readonly weight: number } | undefined
  const count = ({ avoidedBy }: Signal, weight: number): void => {
    if (avoidedBy) avoidable[avoidedBy] += weight
    else signalled += weight
  }
  for (const signal of signals) {
    const reading = readings.find(({ signal: name }) => name === signal.name)
    if (!reading) continue
    const weight = DEPENDENCE * weighed(signal, reading, tuning)
    if (!signal.isOfTool || weight <= 0) count(signal, weight)
    else if (weight > (tool?.weight ?? 0)) tool = { signal, weight }
  }
  // One tool's users have its client and its settings in common, and that for one reason.
  if (tool) count(tool.signal, tool.weight)
  // A campaign is careless, and shows what campaigns show, or careful, and looks in these respects as others do.
  for (const care of ['infrastructure', 'behaviour'] as const)
    signalled += Math.log((1 - CAREFUL_SHARE[care]) * Math.exp(avoidable[care]) + CAREFUL_SHARE[care])
  const explained = Math.max(0, ...fits.map((explanation) => explainedAway(explanation, signalled)))
  return 1 / (1 + Math.exp(explained - signalled - Math.log(PRIOR / (1 - PRIOR))))
}

/**
 * Who the accounts are accounts for all the signals together, however many there are: a company's own pipeline shows
 * most of them. When they work does not: burnt accounts work in one go each, as batches do.
 */
function explainedAway({ kind, fit }: Pick<Explanation, 'kind' | 'fit'>, signalled: number): number {
  const weight =
    kind === 'batch' || kind === 'benchmark' ? EXPLANATION_WEIGHT : Math.max(EXPLANATION_WEIGHT, signalled)
  return (weight * Math.max(0, fit - FIT_MIN)) / (1 - FIT_MIN)
}

/** What a reading says. Where too little was seen to be sure, absence is charged as far as it is likely. */
function weighed(signal: Signal, { strength, likely, weightMax }: SignalReading, tuning: Tuning): number {
  const weight = weightOf({ ...signal, ...(weightMax !== undefined && { weightMax }) }, strength, tuning)
  if (likely === undefined || weight >= 0) return weight
  return Math.max(weight, Math.min(0, weightOf(signal, likely, tuning)))
}

/** Natural log of how much likelier this strength is in a campaign than in a benign group. */
export function weightOf(signal: Signal, strength: number, tuning: Tuning = untuned): number {
  const sensitivity = tunedSensitivity(tuning, signal.name, signal.sensitivity)
  // Where benign groups show a signal as often as campaigns do, its absence says nothing; it never accuses.
  const absent = Math.min(0, Math.log((1 - sensitivity) / rateBetween(signal.name, 0, PARTIAL, tuning)))
  const partial = Math.log(
    (sensitivity * (1 - STRONG_SHARE)) / rateBetween(signal.name, PARTIAL, STRONG, tuning),
  )
  const strong = Math.log((sensitivity * STRONG_SHARE) / rateBetween(signal.name, STRONG, 1.01, tuning))
  // Evidence grows with strength even where chance made the middle bin rarer than the top one.
  const levels = [absent, Math.max(absent, Math.min(partial, strong)), Math.max(absent, strong)] as const
  return Math.min(signal.weightMax ?? WEIGHT_MAX, Math.max(-WEIGHT_MAX, between(levels, strength)))
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
export function falsePositiveRate(name: SignalName, strength: number, tuning: Tuning = untuned): number {
  return (benign(name, strength, 1.01, tuning) + 1) / (benign(name, 0, 1.01, tuning) + 1)
}

function rateBetween(name: SignalName, from: number, to: number, tuning: Tuning): number {
  return (benign(name, from, to, tuning) + 1) / (benign(name, 0, 1.01, tuning) + 3)
}

/** Benign groups that showed the signal with a strength from `from` up to `to`. */
function benign(name: SignalName, from: number, to: number, tuning: Tuning): number {
  const counts = calibration.counts[name]
  let inside = addedGroups(tuning, name, from, to)
  for (let hundredth = Math.floor(from * 100); hundredth < Math.min(101, Math.floor(to * 100)); hundredth++)
    inside += counts[hundredth] ?? 0
  return inside
}
