import type { Baseline, Lesson } from '../baselines.ts'
import type { AccountEvidence, Evidence } from '../evidence.ts'

const ROUNDS = 300
const STEP = 0.5
const RIDGE = 1e-4

/**
 * What a fraud team would build first: logistic regression over one account's behaviour. It is taught with labels, which
 * a real team only has for campaigns that were caught some other way.
 */
export function accountClassifier(name: string, taughtOn: string, lessons: readonly Lesson[]): Baseline {
  const rows = lessons.flatMap(({ evidence }) => featuresOf(evidence))
  const labels = lessons.flatMap(({ evidence, isAttacker }) =>
    evidence.accounts.map(({ id }) => (isAttacker(id) ? 1 : 0)),
  )
  const scale = scaleOf(rows)
  const weights = weightsFrom(
    rows.map((row) => scaled(row, scale)),
    labels,
  )
  return {
    name,
    summary: `logistic regression over one account’s counts, lengths, gaps, hours, age and phrases; taught on ${taughtOn}`,
    score: (evidence) => Float64Array.from(featuresOf(evidence), (row) => dot(weights, scaled(row, scale))),
  }
}

function featuresOf({ accounts }: Evidence): number[][] {
  return accounts.map((account) => [
    Math.log1p(account.exchanges),
    Math.log1p(account.busiestDay),
    account.inputLog.mean,
    account.inputLog.deviation,
    account.outputLog.mean,
    account.outputLog.deviation,
    account.gapLog.mean,
    account.gapLog.deviation,
    entropy(account.hours),
    entropy(account.topics),
    account.phrases / Math.max(1, account.exchanges),
    Math.log1p(Math.max(0, account.daysAtFirst)),
    countOf(account, 'address '),
    countOf(account, 'network '),
    countOf(account, 'client '),
    countOf(account, 'card '),
  ])
}

function countOf({ artefacts }: AccountEvidence, kind: string): number {
  let count = 0
  for (const artefact of artefacts) if (artefact.startsWith(kind)) count++
  return Math.log1p(count)
}

function entropy(counts: Float64Array): number {
  const sum = counts.reduce((total, count) => total + count, 0)
  return counts.reduce(
    (bits, count) => (count === 0 ? bits : bits - (count / sum) * Math.log2(count / sum)),
    0,
  )
}

type Scale = readonly (readonly [mean: number, deviation: number])[]

function scaleOf(rows: readonly (readonly number[])[]): Scale {
  return (rows[0] ?? []).map((_, at) => {
    const mean = rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length
    const variance = rows.reduce((sum, row) => sum + ((row[at] ?? 0) - mean) ** 2, 0) / rows.length
    return [mean, Math.sqrt(variance) || 1]
  })
}

function scaled(row: readonly number[], scale: Scale): number[] {
  // The last is the constant term. Squares let it prefer a middle, as a straight line cannot.
  const centred = row.map((value, at) => (value - (scale[at]?.[0] ?? 0)) / (scale[at]?.[1] ?? 1))
  return [...centred, ...centred.map((value) => Math.min(9, value * value)), 1]
}

/** Both classes weigh the same: attackers are a minority. */
function weightsFrom(rows: readonly number[][], labels: readonly number[]): Float64Array {
  const weights = new Float64Array(rows[0]?.length ?? 0)
  const attackers = labels.reduce((sum, label) => sum + label, 0)
  const weightOf = (label: number) => 0.5 / Math.max(1, label === 1 ? attackers : labels.length - attackers)
  for (let round = 0; round < ROUNDS; round++) {
    const slope = weights.map((weight) => RIDGE * weight)
    for (const [at, row] of rows.entries()) {
      const label = labels[at] ?? 0
      const off = (1 / (1 + Math.exp(-dot(weights, row))) - label) * weightOf(label)
      for (let column = 0; column < row.length; column++)
        slope[column] = (slope[column] ?? 0) + off * (row[column] ?? 0)
    }
    for (let column = 0; column < weights.length; column++)
      weights[column] = (weights[column] ?? 0) - STEP * (slope[column] ?? 0)
  }
  return weights
}

function dot(weights: Float64Array, row: readonly number[]): number {
  let sum = 0
  for (let at = 0; at < row.length; at++) sum += (weights[at] ?? 0) * (row[at] ?? 0)
  return sum
}
