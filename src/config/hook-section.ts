import * as v from 'valibot'

/** How coding agents' hooks are answered. */
export type HookConfig = {
  /** `local`: agents on this machine need no key. `required`: every agent shows one. From elsewhere a key is always needed. */
  readonly key: 'local' | 'required'
  /** How long an agent that cannot ask its own user is kept waiting for an approval. */
  readonly waitMs: number
}

/** An agent gives its hook ten minutes at most. */
const WAIT_SECONDS_MAX = 540

export const hookSection = v.strictObject({
  key: v.optional(v.picklist(['local', 'required']), 'local'),
  waitSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(WAIT_SECONDS_MAX)), 0),
})

export function hookConfig({ key, waitSeconds }: v.InferOutput<typeof hookSection>): HookConfig {
  return { key, waitMs: waitSeconds * 1_000 }
}
