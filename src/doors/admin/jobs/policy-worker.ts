// Tries a policy in a thread of its own: on the past, or by proof.
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { agentDetectors } from '../../../gate/agent-gate.ts'
import { readAgentPolicy } from '../../../gate/decide/read-agent-policy.ts'
import { ledgerEntries } from '../../../gate/export-exchanges.ts'
import { verifyPolicy } from '../../../prove/verify.ts'
import type { PolicyProof } from '../api/shapes/policies.ts'
import { FactReplay } from './fact-replay.ts'

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
} else {
  const replay = new FactReplay(policy)
  for (const { entry } of ledgerEntries(ledger)) replay.take(entry)
  parentPort?.postMessage(replay.result(id, now))
}
