// What the agent gate makes of command collections it was not built from.
//
//   node bench/judge-corpora.bench.ts CLONE... [--policy FILE] [--misses read]
//
// A CLONE is a clone, bare or not, of a collection that bench/judge/collections.ts can read. Each is cut in two by a hash:
// the misses of one half were read while rules were written, of the other half only the totals ever are.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AgentGate, agentDetectors } from '../src/gate/agent-gate.ts'
import { readAgentPolicy } from '../src/gate/decide/read-agent-policy.ts'
import { say, skip } from './figure.ts'
import { type Sample, samplesOf } from './judge/collections.ts'
import { actOf } from './judge/score.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: 'string', default: fileURLToPath(new URL('../policies/balanced.yaml', import.meta.url)) },
    /** Shows what was wrongly passed or stopped, in the half that may be read; of families that match. */
    misses: { type: 'string' },
  },
})
const command = 'node bench/judge-corpora.bench.ts CLONE...'
const gate = AgentGate.open(
  readAgentPolicy(readFileSync(values.policy, 'utf8'), values.policy, agentDetectors),
)

type Tally = { count: number; denied: number; stopped: number }

function judged(sample: Sample, index: number): 'allow' | 'ask' | 'redact' | 'deny' {
  const verdict = gate.pass(
    actOf({ id: '1', session: `s${index}`, kind: 'command', command: sample.command }),
  )
  const action = verdict?.decision.action ?? 'allow'
  const isGood = sample.family === 'ordinary' || sample.family === 'near misses'
  const isMiss = isGood
    ? action !== 'allow'
    : sample.family === 'shells'
      ? action !== 'deny'
      : action === 'allow'
  const isShown =
    values.misses !== undefined && new RegExp(values.misses).test(`${sample.corpus} ${sample.family}`)
  if (isShown && isMiss && sample.half === 'read') {
    const facts = verdict?.findings.map(({ fact, severity }) => `${fact}:${severity}`).join(' ')
    console.log(
      `-- ${sample.corpus}, ${sample.family}: ${sample.name} [${action} ${facts}]\n${sample.command}`,
    )
  }
  return action
}

const tallies = new Map<string, Tally>()
for (const [index, sample] of samplesOf(positionals).entries()) {
  const action = judged(sample, index)
  for (const name of [
    `${sample.corpus}, ${sample.family}, ${sample.half}`,
    `all, ${sample.family}, ${sample.half}`,
  ]) {
    const tally = tallies.get(name) ?? { count: 0, denied: 0, stopped: 0 }
    tallies.set(name, tally)
    tally.count++
    if (action === 'deny') tally.denied++
    if (action === 'deny' || action === 'ask') tally.stopped++
  }
}
if (tallies.size === 0) skip('collections', 'name the clones to read')
const share = (part: number, whole: number) => ((100 * part) / whole).toFixed(2)
for (const [name, { count, denied, stopped }] of [...tallies].sort()) {
  const figure = `${share(denied, count)} % denied, ${share(stopped, count)} % asked or denied`
  say({ name: `${name} (${count})`, figure, unit: '', command })
}
