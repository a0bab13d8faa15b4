// Analysts' verdicts: what is in force, and what a change of it would have changed.
import * as v from 'valibot'
import { failure, type Result, success } from '../kernel/result.ts'
import { SCORE_MIN } from './campaigns/find.ts'
import { posteriorOf } from './campaigns/score.ts'
import { tuningOf } from './campaigns/tuning.ts'
import type { Campaign, Considered, Verdict } from './report.ts'
import { verdictSchema } from './report-schema.ts'

const entrySchema = v.variant('kind', [
  v.object({ kind: v.literal('verdict'), verdict: verdictSchema }),
  v.object({
    kind: v.literal('undo'),
    id: v.string(),
    reason: v.string(),
    author: v.string(),
    at: v.number(),
  }),
])

/** A line of the journal: a verdict, or one taken back. Nothing in it is ever changed. */
export type VerdictEntry =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | {
      readonly kind: 'undo'
      readonly id: string
      readonly reason: string
      readonly author: string
      readonly at: number
    }

export function parseVerdictEntry(value: unknown): Result<VerdictEntry, string> {
  const parsed = v.safeParse(entrySchema, value)
  return parsed.success
    ? success(parsed.output)
    : failure(`${v.getDotPath(parsed.issues[0]) ?? 'entry'} does not fit`)
}

/** Not taken back, and the last of its campaign; oldest first. */
export function inForce(entries: readonly VerdictEntry[]): readonly Verdict[] {
  const undone = new Set(entries.flatMap((entry) => (entry.kind === 'undo' ? [entry.id] : [])))
  const last = new Map<string, Verdict>()
  for (const entry of entries) {
    if (entry.kind !== 'verdict' || undone.has(entry.verdict.id)) continue
    last.delete(entry.verdict.campaign)
    last.set(entry.verdict.campaign, entry.verdict)
  }
  return [...last.values()]
}

export type ReplayedGroup = {
  readonly campaign: string | undefined
  readonly accounts: number
  readonly before: number
  readonly after: number
}

/** What the past would have been. */
export type Replay = {
  readonly groups: number
  readonly dropped: readonly ReplayedGroup[]
  readonly added: readonly ReplayedGroup[]
  /** Campaigns that are real by verdict and would not be raised any more: such a change should not be made. */
  readonly lost: readonly Verdict[]
}

/** Scores every group of the past under the verdicts before and those after a change. */
export function replay(
  considered: readonly Considered[],
  before: readonly Verdict[],
  after: readonly Verdict[],
): Replay {
  const [was, becomes] = [tuningOf(before), tuningOf(after)]
  const dismissed = (verdicts: readonly Verdict[], campaign: string | undefined): boolean =>
    verdicts.some((each) => each.verdict === 'benign' && each.campaign === campaign)
  // What a verdict dismissed is no campaign of the latest findings, but it was one when the verdict was given.
  const named = new Set(considered.map(({ campaign }) => campaign))
  const judged = [...new Map([...before, ...after].map((each) => [each.campaign, each])).values()]
  const absent = judged.filter(({ campaign }) => !named.has(campaign))
  const past = [...considered, ...absent.map((each) => ({ ...each, accounts: each.accounts.length }))]
  const groups = past.map(({ campaign, accounts, readings, fits }): ReplayedGroup => {
    const scored = (verdicts: readonly Verdict[], tuning: typeof was): number =>
      dismissed(verdicts, campaign) ? 0 : posteriorOf(readings, fits, tuning)
    return { campaign, accounts, before: scored(before, was), after: scored(after, becomes) }
  })
  return {
    groups: groups.length,
    dropped: groups.filter((group) => group.before >= SCORE_MIN && group.after < SCORE_MIN),
    added: groups.filter((group) => group.before < SCORE_MIN && group.after >= SCORE_MIN),
    lost: after.filter(
      ({ verdict, readings, fits }) =>
        verdict === 'real' &&
        posteriorOf(readings, fits, was) >= SCORE_MIN &&
        posteriorOf(readings, fits, becomes) < SCORE_MIN,
    ),
  }
}

/** A verdict on a campaign of some findings, with what was read of it then. */
export function verdictOn(
  { id, accounts }: Campaign,
  considered: readonly Considered[],
  said: Pick<Verdict, 'verdict' | 'reason' | 'author' | 'at'>,
): Verdict {
  const group = considered.find(({ campaign }) => campaign === id)
  return {
    id: `v_${said.at.toString(36)}_${id}`,
    campaign: id,
    ...said,
    accounts,
    readings: group?.readings ?? [],
    fits: group?.fits ?? [],
  }
}
