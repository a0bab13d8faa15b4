// Tries a policy in a thread of its own: on the past, or by proof.
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { agentDetectors } from '../../../gate/agent-gate.ts'
import { type BacktestReport, backtestLedger } from '../../../gate/backtest.ts'
import { readAgentPolicy } from '../../../gate/decide/read-agent-policy.ts'
import { verifyPolicy } from '../../../prove/verify.ts'
import type { PolicyBacktest, PolicyProof } from '../api/shapes/policies.ts'
import { sessionId } from '../read/index-writer.ts'

const CHANGES_MAX = 200

const schema = v.object({
  task: v.picklist(['backtest', 'prove']),
  id: v.string(),
  text: v.string(),
  ledger: v.string(),
  now: v.number(),
})
export type PolicyTask = v.InferOutput<typeof schema>

const { task, id, text, ledger, now } = v.parse(schema, workerData)
const policy = readAgentPolicy(text, id, agentDetectors)

if (task === 'prove') {
  const report = verifyPolicy(policy)
  const proof: PolicyProof | undefined = report && {
    policy: id,
    ran: now,
    seconds: report.ms / 1_000,
    verdicts: report.verdicts.map(({ property, words, verdict, vacuous, states, trace, reason }) => ({
      property,
      title: words,
      verdict,
      vacuous,
      ...(states === undefined ? {} : { states }),
      ...(trace === undefined && reason === undefined
        ? {}
        : { story: trace?.map(({ story }) => story) ?? [reason ?? ''] }),
    })),
  }
  parentPort?.postMessage(proof ?? 'no-system')
} else parentPort?.postMessage(backtestOf(await backtestLedger(ledger, policy)))

function backtestOf(report: BacktestReport): PolicyBacktest {
  const { acts, sessions, actions, newlyStopped, newlyAllowed, approvedStopped, changes, changesTotal } =
    report
  return {
    ...{ policy: id, ran: now, acts, sessions, newlyStopped, newlyAllowed, changesTotal },
    ...{ stopped: actions.deny, asked: actions.ask, redacted: actions.redact, good: approvedStopped },
    changes: changes.slice(0, CHANGES_MAX).map(({ act, session, agent, tool, was, now: then, rule }) => ({
      ...{ act, tool, was, now: then, session: addressOf(session, agent) },
      ...(rule === '' ? {} : { rule }),
    })),
    unseen: [...report.unseen],
  }
}

/** The report names a session by tenant, agent and its own id; addresses of the API by a hash of the three. */
function addressOf(session: string, agent: string): string {
  const at = session.indexOf(`/${agent}/`)
  return sessionId(session.slice(0, at), agent, session.slice(at + agent.length + 2))
}
