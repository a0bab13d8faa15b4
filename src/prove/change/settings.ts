import type { AgentPolicy } from '../../gate/decide/agent-policy.ts'
import type { Loosening, PartAnswer } from './change.ts'

/** Lists and limits: what is in one and not in the other. */
export function changedSettings(older: AgentPolicy, newer: AgentPolicy): PartAnswer {
  const loosenings: Loosening[] = []
  const say = (sentence: string, request: object): void => {
    loosenings.push({ part: 'settings', sentence, request })
  }
  for (const detector of gone(older.detectors, newer.detectors))
    say(`What only the detector ${detector} sees is no longer seen.`, { detector })
  for (const tool of gone(newer.tools.trusted, older.tools.trusted))
    say(`What ${tool} returns is newly trusted as the operator's own word.`, { kind: 'result', tool })
  for (const tool of gone(newer.tools.readers, older.tools.readers))
    say(`Calls of ${tool} newly count as only looking.`, { kind: 'call', tool })
  for (const tool of gone(older.tools.sinks, newer.tools.sinks))
    say(`Calls of ${tool} no longer count as sending something out.`, { kind: 'call', tool })
  const values = new Set(newer.secrets.map(({ value }) => value))
  for (const { name, value } of older.secrets)
    if (!values.has(value)) say(`The secret ${name} may leave: it is no longer known.`, { secret: name })
  for (const scope of ['session', 'agent', 'destination'] as const)
    for (const [what, most] of Object.entries(newer.budgets[scope])) {
      const before = older.budgets[scope][what as keyof typeof older.budgets.session]
      if (before !== 0 && (most === 0 || most > before))
        say(
          `The budget of ${what} for one ${scope} grows from ${before} to ${most === 0 ? 'no limit' : most}.`,
          { budget: `${scope}.${what}`, amount: before + 1 },
        )
    }
  if (newer.budgets.windowMs < older.budgets.windowMs)
    say('Budgets start again after a shorter time.', { budget: 'windowMs', amount: newer.budgets.windowMs })
  return { loosenings, unknown: undefined }
}

function gone(before: readonly string[], after: readonly string[]): readonly string[] {
  return before.filter((name) => !after.includes(name))
}
