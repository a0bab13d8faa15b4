import type { JudgedAct } from './act.ts'
import type { ApprovalBinding } from './agent-approval.ts'
import type { AgentCaller } from './agent-caller.ts'
import type { AgentActEntry } from './agent-entry.ts'
import type { Passage } from './agent-road.ts'
import { type Carried, toolOf } from './carried-act.ts'

export type Around = {
  readonly binding: ApprovalBinding
  readonly carried: Carried
  /** Unix milliseconds. */
  readonly began: number
  /** The ticket whose answer decided. */
  readonly used: string | undefined
  readonly policy: { readonly name: string; readonly version: string }
  readonly steps: AgentActEntry['steps']
  readonly volume: AgentActEntry['volume']
}

export function agentActEntry(
  caller: AgentCaller,
  act: JudgedAct,
  { decision, wouldBe, findings, ticket }: Pick<Passage, 'decision' | 'wouldBe' | 'findings' | 'ticket'>,
  { binding, carried, began, used, policy, steps, volume }: Around,
): AgentActEntry {
  const about = ticket?.id ?? used
  return {
    kind: 'agent-act',
    id: act.id,
    ts: began,
    tenant: caller.tenant,
    agent: caller.agent,
    person: caller.person,
    key: caller.key,
    session: act.session,
    act: act.kind,
    tool: toolOf(act),
    digest: binding.digest,
    bytes: carried.characters,
    facts: findings.map(({ detector, fact, severity }) => ({ detector, fact, severity })),
    decision: {
      action: wouldBe.action,
      ...(wouldBe.action === 'allow' ? {} : { rule: wouldBe.rule }),
      ...(decision.action === wouldBe.action ? {} : { enforced: false }),
      ...(about === undefined ? {} : { ticket: about }),
    },
    policy: policy.name,
    version: policy.version,
    steps,
    volume,
  }
}
