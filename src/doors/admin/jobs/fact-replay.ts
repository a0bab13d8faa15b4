import type { AgentPolicy } from '../../../gate/decide/agent-policy.ts'
import { agentTable, decideAgentAct } from '../../../gate/decide/decide-agent.ts'
import type { PolicyBacktest } from '../api/shapes/policies.ts'
import { findingsIn } from '../read/act-story.ts'
import { type Fields, objectIn, textIn } from '../read/entry-fields.ts'
import { sessionId } from '../read/index-writer.ts'

const CHANGES_MAX = 200
/** Acts held until it is known how their session went. */
const CANDIDATES_MAX = 500_000

type Candidate = { readonly session: string; readonly act: string; readonly was: string }

/**
 * Decides the past again: the facts that were recorded of each act, under another policy. What its detectors would
 * have seen in the texts is not in the ledger, so a detector that was off then stays silent here; rules are judged
 * exactly.
 */
export class FactReplay {
  readonly #table: ReturnType<typeof agentTable>
  readonly #detectors: ReadonlySet<string>
  readonly #sessions = new Set<string>()
  readonly #troubled = new Set<string>()
  readonly #approved = new Set<string>()
  readonly #candidates: Candidate[] = []
  readonly #changes: PolicyBacktest['changes'] = []
  #counts = { acts: 0, denied: 0, asked: 0, redacted: 0, changed: 0 }

  constructor(policy: AgentPolicy) {
    this.#table = agentTable(policy)
    this.#detectors = new Set([...policy.detectors, 'gate'])
  }

  take(entry: Fields): void {
    const kind = textIn(entry, 'kind')
    const session = sessionId(
      textIn(entry, 'tenant') ?? '',
      textIn(entry, 'agent') ?? '',
      textIn(entry, 'session') ?? '',
    )
    if (kind === 'approval' && textIn(entry, 'answer') === 'approved')
      this.#approved.add(`${session} ${textIn(entry, 'digest')}`)
    if (kind === 'agent-act') this.#act(entry, session)
  }

  result(policy: string, ran: number): PolicyBacktest {
    const { acts, denied, asked, redacted, changed } = this.#counts
    const good = this.#candidates.filter(
      ({ session, act, was }) => this.#approved.has(act) || (was === 'allow' && !this.#troubled.has(session)),
    ).length
    return {
      ...{ policy, ran, acts, sessions: this.#sessions.size, asked, redacted, good },
      stopped: denied,
      changes: this.#changes,
      changesTotal: changed,
    }
  }

  #act(entry: Fields, session: string): void {
    const decision = objectIn(entry, 'decision')
    const was = textIn(decision, 'action') ?? 'allow'
    const findings = findingsIn(entry).filter(({ detector }) => this.#detectors.has(detector))
    const now = decideAgentAct(this.#table, findings)
    this.#counts.acts++
    this.#sessions.add(session)
    if (was === 'deny') this.#troubled.add(session)
    if (now.action === 'deny') this.#counts.denied++
    else if (now.action === 'ask') this.#counts.asked++
    else if (now.action === 'redact') this.#counts.redacted++
    if (now.action !== 'allow' && this.#candidates.length < CANDIDATES_MAX)
      this.#candidates.push({ session, act: `${session} ${textIn(entry, 'digest')}`, was })
    if (now.action === was) return
    this.#counts.changed++
    if (this.#changes.length >= CHANGES_MAX) return
    this.#changes.push({
      act: textIn(entry, 'id') ?? '',
      session,
      tool: textIn(entry, 'tool') ?? textIn(entry, 'act') ?? '',
      was,
      now: now.action,
      ...(now.action === 'allow' ? {} : { rule: now.rule }),
    })
  }
}
