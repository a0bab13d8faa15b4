// What analysts' verdicts change: a benign group counts among the benign ones, a real one among the campaigns.
import type { Verdict } from '../report.ts'
import { type SignalName, signals } from './signals.ts'

/** One benign group of this deployment counts for as many of the traffic we made. */
const VERDICT_GROUPS = 10
/** The judgement of how often campaigns show a signal counts for as many campaigns seen. */
const JUDGEMENT_CAMPAIGNS = 20
const SHOWN_MIN = 0.3

export type Tuning = {
  /** Strengths with which groups that are benign by verdict showed the signal. */
  readonly benign: ReadonlyMap<SignalName, readonly number[]>
  /** Campaigns that are real by verdict: to how many the signal applied, and how many showed it. */
  readonly real: ReadonlyMap<SignalName, { readonly asked: number; readonly shown: number }>
}

export const untuned: Tuning = { benign: new Map(), real: new Map() }

export function tuningOf(verdicts: readonly Verdict[]): Tuning {
  const benign = new Map<SignalName, number[]>()
  const real = new Map<SignalName, { asked: number; shown: number }>()
  for (const { verdict, readings } of verdicts)
    for (const { name } of signals) {
      const reading = readings.find(({ signal }) => signal === name)
      if (reading === undefined || verdict === 'unsure') continue
      if (verdict === 'benign') benign.set(name, [...(benign.get(name) ?? []), reading.strength])
      else {
        const { asked, shown } = real.get(name) ?? { asked: 0, shown: 0 }
        real.set(name, { asked: asked + 1, shown: shown + (reading.strength >= SHOWN_MIN ? 1 : 0) })
      }
    }
  return { benign, real }
}

/** Benign groups that verdicts add to those of the calibration, with a strength from `from` up to `to`. */
export function addedGroups({ benign }: Tuning, name: SignalName, from: number, to: number): number {
  const strengths = benign.get(name) ?? []
  return VERDICT_GROUPS * strengths.filter((strength) => strength >= from && strength < to).length
}

export function tunedSensitivity({ real }: Tuning, name: SignalName, sensitivity: number): number {
  const { asked, shown } = real.get(name) ?? { asked: 0, shown: 0 }
  return (sensitivity * JUDGEMENT_CAMPAIGNS + shown) / (JUDGEMENT_CAMPAIGNS + asked)
}
