// What several answers of the admin API are made of. Each shape is a schema: the OpenAPI document is made from it, the
// tests hold every answer against it, and the console takes its types from it.
import * as v from 'valibot'

/** Unix milliseconds. */
export const moment = v.pipe(v.number(), v.safeInteger())
export const count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))

/** From the one who may only look to the one who may change who may. */
export const roles = ['viewer', 'analyst', 'operator', 'owner'] as const
export const role = v.picklist(roles)
export type Role = v.InferOutput<typeof role>

export const severity = v.picklist(['info', 'low', 'medium', 'high', 'critical'])

/** One page of a list. `next` goes into `?cursor=`; a last page has none. */
export function listOf<Item extends v.GenericSchema>(item: Item) {
  return v.object({
    items: v.array(item),
    /** How many there are in all under the same filters. Beyond 20,000 it may stop counting: see totalIsExact. */
    total: count,
    totalIsExact: v.boolean(),
    next: v.optional(v.string()),
  })
}

export type List<Item> = {
  readonly items: readonly Item[]
  readonly total: number
  readonly totalIsExact: boolean
  readonly next?: string | undefined
}

/** RFC 9457. `code` is stable; `detail` is for a person. */
export const problem = v.object({
  type: v.string(),
  title: v.string(),
  status: count,
  code: v.string(),
  detail: v.string(),
  /** Of a body or query that does not fit: which fields, and why. */
  fields: v.optional(v.array(v.object({ field: v.string(), problem: v.string() }))),
  retryAfterSeconds: v.optional(count),
})
export type Problem = v.InferOutput<typeof problem>

/** Work that takes longer than a request: asked for once, then looked at again, or waited for among the events. */
export const job = v.object({
  id: v.string(),
  kind: v.picklist(['ledger-verify', 'policy-backtest', 'policy-prove', 'prompts']),
  state: v.picklist(['running', 'done', 'failed']),
  /** 0..1 where it is known. */
  progress: v.optional(share),
  started: moment,
  ended: v.optional(moment),
  author: v.string(),
  failure: v.optional(v.string()),
  /** By kind: LedgerVerification, PolicyBacktest, PolicyProof or Prompts. */
  result: v.optional(v.unknown()),
})
export type Job = v.InferOutput<typeof job>

/** Every write answers with what became of it; `undo` names what takes it back, where something does. */
export const done = v.object({ id: v.string(), undo: v.optional(v.string()) })
export type Done = v.InferOutput<typeof done>

/** What is asked of whoever changes something: why. It goes into the ledger with the name. */
export const reason = v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(2_000))
