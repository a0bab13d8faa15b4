// For tests and the bench: what a gate with a declared system writes into its ledger, without the gate's other parts.

import { asLive, chance, randomEvent } from '../gate/decide/system/system.fixture.ts'
import type { AgentSystem } from '../gate/decide/system/system.ts'
import { SystemGate } from '../gate/decide/system/system-gate.ts'

export type Recorded = Record<string, unknown>

/** Random sessions side by side, as entries in the order in which they happened. */
export function recordedRun(
  system: AgentSystem,
  seed: number,
  size: { readonly sessions: number; readonly events: number },
): Recorded[] {
  const gate = SystemGate.open(system)
  const pick = chance(seed)
  const entries: Recorded[] = [{ ...gate.entry(1) }]
  for (let at = 0; at < size.events; at++) {
    const session = `session ${pick(size.sessions)}`
    const common = { ts: at, tenant: 'default', session }
    const key = `default\0${session}`
    const event = randomEvent(gate.model.table, pick)
    const live = asLive(event)
    const isCall = live.kind === 'call' && 'tool' in live
    if (isCall || live.kind === 'message') {
      const agent = 'from' in live ? live.from : live.agent
      const actor = { agent, session: key, digest: 'digest' in live ? live.digest : 'd' }
      const act =
        'digest' in live
          ? ({ kind: 'call', tool: live.tool } as const)
          : ({ kind: 'message', to: live.to } as const)
      const { action } = gate.decide(actor, act, () => true)
      const steps = action === 'allow' ? gate.take(actor, act) : []
      entries.push({
        kind: 'agent-act',
        ...common,
        id: `act ${at}`,
        agent,
        act: act.kind,
        tool: 'digest' in live ? live.tool : live.to,
        digest: actor.digest,
        decision: { action },
        ...(steps.length > 0 ? { steps } : {}),
      })
      continue
    }
    const steps = gate.happen(key, live)
    if (steps.length > 0)
      entries.push({ kind: live.kind === 'approve' ? 'approval' : 'system-event', ...common, steps })
  }
  // As it would be read back from the ledger.
  return entries.map((entry) => JSON.parse(JSON.stringify(entry)) as Recorded)
}
