import type { AgentNotice, JudgedAct } from '../../gate/act.ts'
import { AgentGate } from '../../gate/agent-gate.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { AgentPolicy } from '../../gate/decide/agent-policy.ts'
import type { HookRoad } from './hook-judge.ts'

/** The road without a gate beside it: inspects and decides, records nothing, and remembers only this one process. */
export function localRoad(policy: AgentPolicy): HookRoad {
  const gate = AgentGate.open(policy)
  return {
    note: (_caller, act: AgentNotice) => gate.note(act),
    pass: async (_caller, act: JudgedAct): Promise<Passage> => {
      const { decision, findings } = gate.judge(act)
      return { id: act.id, decision, wouldBe: decision, findings, ticket: undefined }
    },
    end: async () => {},
    answer: async () => 'expired',
    withdraw: () => {},
  }
}
