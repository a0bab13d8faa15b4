import * as v from 'valibot'
import { count, moment, reason } from './common.ts'

export const policyVersion = v.object({
  id: v.string(),
  name: v.string(),
  /** Exactly one is active. A staged one waits to be made active. */
  state: v.picklist(['draft', 'staged', 'active', 'retired', 'built-in']),
  /** SHA-256 of the text. */
  digest: v.string(),
  author: v.string(),
  reason: v.string(),
  created: moment,
  changed: moment,
  /** What it has been put through, each unset until then. */
  checks: v.object({
    backtested: v.optional(moment),
    proved: v.optional(v.picklist(['proved', 'proved-bounded', 'violated', 'unknown'])),
  }),
})
export type PolicyVersion = v.InferOutput<typeof policyVersion>

export const policyProblem = v.object({
  line: v.optional(count),
  column: v.optional(count),
  field: v.optional(v.string()),
  problem: v.string(),
})
export const policyValidation = v.object({ isValid: v.boolean(), problems: v.array(policyProblem) })
export type PolicyValidation = v.InferOutput<typeof policyValidation>

/** Acts of the past judged again, from the facts in the ledger: "would have stopped N, M of them good". */
export const policyBacktest = v.object({
  policy: v.string(),
  ran: moment,
  acts: count,
  sessions: count,
  /** Acts it would deny, ask about, and cut parts out of. */
  stopped: count,
  asked: count,
  redacted: count,
  /** Went on then, would be denied or asked about now; and the other way round. */
  newlyStopped: v.optional(count),
  newlyAllowed: v.optional(count),
  /** Of the newly stopped: acts that a person had approved. */
  good: count,
  /** What a replay from the ledger cannot know. */
  unseen: v.optional(v.array(v.string())),
  changes: v.array(
    v.object({
      act: v.string(),
      session: v.string(),
      tool: v.string(),
      was: v.string(),
      now: v.string(),
      rule: v.optional(v.string()),
    }),
  ),
  changesTotal: count,
})
export type PolicyBacktest = v.InferOutput<typeof policyBacktest>

/** A counterexample as a story: one line a step. */
export const verdict = v.object({
  property: v.string(),
  title: v.string(),
  verdict: v.picklist(['proved', 'proved-bounded', 'violated', 'unknown']),
  vacuous: v.boolean(),
  states: v.optional(count),
  story: v.optional(v.array(v.string())),
})
export const policyProof = v.object({
  policy: v.string(),
  ran: moment,
  seconds: v.number(),
  verdicts: v.array(verdict),
})
export type PolicyProof = v.InferOutput<typeof policyProof>

export const policyDetail = v.object({
  ...policyVersion.entries,
  text: v.string(),
  /** Against the active policy, as lines: what is only here, only there, or in both. */
  diff: v.array(v.object({ mark: v.picklist(['+', '-', ' ']), line: v.string() })),
  backtest: v.optional(policyBacktest),
  proof: v.optional(policyProof),
})
export type PolicyDetail = v.InferOutput<typeof policyDetail>

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(256 * 1024))
export const validatePolicy = v.strictObject({ text })
export const savePolicy = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots, dashes'),
  ),
  text,
  reason,
})
export const changePolicy = v.strictObject({ reason })
