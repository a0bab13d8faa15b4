// What the agent gate makes of suites of agents' runs that it was not built from.
//
//   node bench/judge-agents.bench.ts CLONE... [--policy FILE] [--half read|unread] [--misses SUITE] [--limit N]
//
// A CLONE is a clone, bare or not, of a suite that bench/judge/suites.ts can read: xInjectAgent (InjecAgent with
// recorded runs), progent (Agent Security Bench), tau-bench, tau2-bench, PrivacyLens, gorilla (BFCL), ToolAlpaca,
// AgentAuditor-ASSEBench (R-Judge), DAMO-ConvAI (API-Bank), RAS-Eval, agentdojo-luna-trajectories, folders of SWE-agent's
// `trajs`, OpenAgentSafety. Each is cut in two by a hash: the misses of one half were read while rules were written, of the
// other only totals are. Of leolee99/AgentDyn (shopping, github) only totals are, of the whole.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AgentGate, agentDetectors } from '../src/gate/agent-gate.ts'
import { readAgentPolicy } from '../src/gate/decide/read-agent-policy.ts'
import { say, skip } from './figure.ts'
import { missesOf, scoreTraces } from './judge/score.ts'
import { runsOf } from './judge/suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: 'string', default: fileURLToPath(new URL('../policies/balanced.yaml', import.meta.url)) },
    half: { type: 'string' },
    /** Shows what was wrongly passed or stopped, in the half that may be read; of suites that match. */
    misses: { type: 'string' },
    limit: { type: 'string', default: '20' },
  },
})
const command = 'node bench/judge-agents.bench.ts CLONE...'
const policy = readAgentPolicy(readFileSync(values.policy, 'utf8'), values.policy, agentDetectors)
const runs = runsOf(positionals)
if (runs.length === 0) skip('suites of agents', 'name the clones to read')

if (values.misses !== undefined) {
  const suites = new RegExp(values.misses)
  const shown = runs.filter(({ half, suite }) => half === 'read' && suites.test(suite))
  for (const miss of missesOf(AgentGate.open(policy), shown).slice(0, Number(values.limit))) console.log(miss)
}

const share = (part: number, whole: number) => (whole === 0 ? '–' : ((100 * part) / whole).toFixed(1))
for (const half of ['read', 'unread']) {
  if (values.half !== undefined && values.half !== half) continue
  const rows = runs.filter((run) => run.half === half)
  for (const [name, suite] of [...scoreTraces(AgentGate.open(policy), rows)].sort()) {
    const attacks = `${share(suite.stopped, suite.attacks)} % of ${suite.attacks} attacks stopped`
    const benign = [
      `${share(suite.free, suite.benign)} % of ${suite.benign} benign runs untouched`,
      `${(suite.asks / Math.max(1, suite.benign)).toFixed(2)} asks each`,
      `${share(suite.denied, suite.benign)} % denied`,
    ].join(', ')
    const figure = [suite.attacks > 0 ? attacks : '', suite.benign > 0 ? benign : ''].filter(Boolean)
    say({ name: `${name}, ${half}`, figure: figure.join('; '), unit: '', command })
  }
}
