// What the agent gate makes of the project's own suite of runs (bench/judge/own): work of many trades, and attacks on it.
//
//   node bench/agent-traces.bench.ts [--policy FILE] [--half read|unread] [--misses]
//
// Cut in two by a hash: misses are shown of one half only, and rules are written after those.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AgentGate, agentDetectors } from '../src/gate/agent-gate.ts'
import { readAgentPolicy } from '../src/gate/decide/read-agent-policy.ts'
import { say } from './figure.ts'
import { knowledge } from './judge/own/knowledge.ts'
import { operations } from './judge/own/operations.ts'
import { people } from './judge/own/people.ts'
import { scenes } from './judge/own/scenes.ts'
import { missesOf, scoreTraces } from './judge/score.ts'

const { values } = parseArgs({
  options: {
    policy: { type: 'string', default: fileURLToPath(new URL('../policies/balanced.yaml', import.meta.url)) },
    half: { type: 'string' },
    misses: { type: 'boolean', default: false },
  },
})
const policy = readAgentPolicy(readFileSync(values.policy, 'utf8'), values.policy, agentDetectors)
const rows = [
  ...people,
  ...operations,
  ...knowledge,
  ...scenes('scenes.jsonl'),
  ...scenes('more-scenes.jsonl'),
].map((run) => ({
  suite: run.way,
  kind: run.kind,
  malicious_call: run.kind === 'attack' ? run.at : null,
  steps: [...run.steps],
  half: run.half ?? ((createHash('sha1').update(run.key).digest()[0] ?? 0) % 2 === 1 ? 'read' : 'unread'),
}))

if (values.misses)
  for (const miss of missesOf(
    AgentGate.open(policy),
    rows.filter(({ half }) => half === 'read'),
  ))
    console.log(miss)

const command = 'node bench/agent-traces.bench.ts'
const share = (part: number, whole: number) => (whole === 0 ? '–' : ((100 * part) / whole).toFixed(1))
for (const half of ['read', 'unread']) {
  if (values.half !== undefined && values.half !== half) continue
  const those = rows.filter((row) => row.half === half)
  const totals = new Map<string, { attacks: number; stopped: number }>()
  for (const [way, suite] of scoreTraces(AgentGate.open(policy), those)) {
    const group = /^(?:more )?scenes/.exec(way)?.[0] ?? 'runs'
    const total = totals.get(group) ?? { attacks: 0, stopped: 0 }
    totals.set(group, total)
    total.attacks += suite.attacks
    total.stopped += suite.stopped
    const figure =
      suite.benign > 0
        ? `${share(suite.free, suite.benign)} % of ${suite.benign} untouched, ${(suite.asks / suite.benign).toFixed(2)} asks each, ${share(suite.denied, suite.benign)} % denied`
        : `${suite.stopped} of ${suite.attacks} stopped`
    say({ name: `own runs, ${way}, ${half}`, figure, unit: '', command })
  }
  for (const [group, { attacks, stopped }] of totals)
    say({
      name: `own ${group}, attacks, ${half}`,
      figure: `${share(stopped, attacks)} % of ${attacks} stopped`,
      unit: '',
      command,
    })
}
