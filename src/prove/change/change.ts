import type { AgentPolicy } from '../../gate/decide/agent-policy.ts'
import { changedCedar } from './cedar.ts'
import { changedRules } from './rules.ts'
import { changedSettings } from './settings.ts'
import { changedSystem } from './system.ts'

/** One thing that a new policy lets through and the old one did not, in a sentence and as a request. */
export type Loosening = {
  readonly part: 'rules' | 'settings' | 'system' | 'cedar'
  readonly sentence: string
  /** What to send to see it: acts in order, or the finding that a detector would make. */
  readonly request: object
}

export type ChangeAnswer =
  | { readonly verdict: 'nothing-new' }
  | { readonly verdict: 'newly-allows'; readonly loosenings: readonly Loosening[] }
  | { readonly verdict: 'unknown'; readonly reason: string; readonly loosenings: readonly Loosening[] }

/** What one part of a policy says about the change. */
export type PartAnswer = { readonly loosenings: readonly Loosening[]; readonly unknown: string | undefined }

/** Parts of a policy that are compared; a difference anywhere else is unknown, never a guess. */
const compared = new Set(['name', 'detectors', 'rules', 'tools', 'secrets', 'budgets', 'system', 'cedar'])

/** What `newer` lets through that `older` did not. */
export async function compareChange(older: AgentPolicy, newer: AgentPolicy): Promise<ChangeAnswer> {
  const parts = [
    await changedRules(older, newer),
    changedSettings(older, newer),
    changedSystem(older.system, newer.system),
    await changedCedar(older.cedar, newer.cedar),
  ]
  const loosenings = parts.flatMap((part) => part.loosenings)
  const reasons = [...parts.flatMap(({ unknown }) => unknown ?? []), ...beyond(older, newer)]
  if (reasons.length > 0) return { verdict: 'unknown', reason: reasons.join('; '), loosenings }
  return loosenings.length > 0 ? { verdict: 'newly-allows', loosenings } : { verdict: 'nothing-new' }
}

function beyond(older: AgentPolicy, newer: AgentPolicy): readonly string[] {
  const names = new Set([...Object.keys(older), ...Object.keys(newer)])
  const fields = (policy: AgentPolicy): Readonly<Record<string, unknown>> => ({ ...policy })
  return [...names]
    .filter((name) => !compared.has(name))
    .filter((name) => JSON.stringify(fields(older)[name]) !== JSON.stringify(fields(newer)[name]))
    .map((name) => `the section ${name} changed, and it is not compared`)
}
