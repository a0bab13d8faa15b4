import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { budgetsSchema, type WrittenBudgets } from './budgets.ts'
import type { Mode } from './config.ts'
import { type KeySource, keySource, keySourceSchema } from './credentials-key.ts'

/** The `agents` section: how the acts of agents are judged, whichever door they come through. */
export type AgentsConfig = {
  /** The name of a ready-made policy, or the absolute path of a file. */
  readonly policy: string
  /** Observes unless the file says `enforce`, here or at its top. */
  readonly mode: Mode
  readonly approvals: {
    /** A ticket nobody has answered, or nobody has used, ends after this. */
    readonly expireMs: number
    /** Open tickets one agent may have; beyond it an `ask` is a `deny`. */
    readonly openMax: number
  }
  /** Over what the policy says. */
  readonly budgets: WrittenBudgets | undefined
  /** Where the key comes from that seals credentials; without one there is no broker. */
  readonly credentials: KeySource | undefined
}

export const readyMadePolicies: readonly string[] = ['observe', 'balanced', 'strict']

const MINUTE_MS = 60_000
const WEEK_MINUTES = 10_080
const OPEN_MAX = 10_000
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))

export const agentsSchema = v.strictObject({
  policy: v.optional(v.pipe(v.string(), v.minLength(1)), 'balanced'),
  mode: v.optional(v.picklist(['enforce', 'observe'])),
  approvals: v.optional(
    v.strictObject({
      expireMinutes: v.optional(v.pipe(positive, v.maxValue(WEEK_MINUTES)), 60),
      openMax: v.optional(v.pipe(positive, v.maxValue(OPEN_MAX)), 50),
    }),
    {},
  ),
  budgets: v.optional(budgetsSchema),
  credentials: v.optional(keySourceSchema),
})

/** `above` is the mode the file states for everything, if it states one: observing is the start for agents. */
export function agentsConfig(
  { policy, mode, approvals, budgets, credentials }: v.InferOutput<typeof agentsSchema>,
  file: string,
  above: Mode | undefined,
): AgentsConfig {
  return {
    policy: readyMadePolicies.includes(policy) ? policy : resolve(dirname(file), policy),
    mode: mode ?? above ?? 'observe',
    approvals: { expireMs: approvals.expireMinutes * MINUTE_MS, openMax: approvals.openMax },
    budgets,
    credentials: credentials === undefined ? undefined : keySource(credentials, file),
  }
}
