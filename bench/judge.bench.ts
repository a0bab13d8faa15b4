// What the agent gate stops, what it leaves alone, how fast it is.
//
//   node bench/judge.bench.ts [--data DIR] [--policy FILE]
//
// Commands and recorded runs come from a folder `shared/data` beside the checkout, which licences keep out of it
// (--data names another). Throughput, latency and secrets need no data.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { gzipSync } from 'node:zlib'
import { COMPILER_OF_ACTS } from '../src/cli/judge.ts'
import { judgeLines } from '../src/doors/judge/judge.ts'
import { AgentGate, agentDetectors } from '../src/gate/agent-gate.ts'
import type { AgentPolicy } from '../src/gate/decide/agent-policy.ts'
import { readAgentPolicy } from '../src/gate/decide/read-agent-policy.ts'
import { commandDetectors } from '../src/gate/inspect/command/command.ts'
import { KnownSecrets } from '../src/gate/inspect/secret/known.ts'
import { say, skip } from './figure.ts'
import { actOf, commandRows, scoreCommands, scoreTraces, traceRows } from './judge/score.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: path('../../shared/data') },
    policy: { type: 'string', default: path('../policies/balanced.yaml') },
  },
})
const policy = readAgentPolicy(readFileSync(values.policy, 'utf8'), values.policy, agentDetectors)
const command = 'node bench/judge.bench.ts'
const share = (part: number, whole: number) => (whole === 0 ? '–' : ((100 * part) / whole).toFixed(2))

function commands(file: string): void {
  if (!existsSync(file)) {
    skip('commands', `there is no ${file}`)
    return
  }
  for (const [name, tally] of [...scoreCommands(AgentGate.open(policy), commandRows(file))].sort()) {
    const figure = `${share(tally.denied, tally.count)} % denied, ${share(tally.stopped, tally.count)} % asked or denied`
    say({ name: `commands, ${name} (${tally.count})`, figure, unit: '', command })
  }
}

/** The sentences that one well-known attack puts around its instruction. Without them only the bare instruction is left. */
const wrapper =
  /<INFORMATION>[\s\S]{0,400}?please do the(?:\s|\\n|\\)+following first:([\s\S]*?)After you do[\s\S]*?<\/INFORMATION>/g

function traces(file: string): void {
  if (!existsSync(file)) {
    skip('recorded runs', `there is no ${file}`)
    return
  }
  const rows = traceRows(file)
  const bare = rows.map((row) => ({
    ...row,
    steps: row.steps.map((step) => {
      if (step[0] !== 'out') return step
      const text = typeof step[2] === 'string' ? step[2] : JSON.stringify(step[2] ?? '')
      return ['out', step[1], text.replace(wrapper, '$1')] as typeof step
    }),
  }))
  const withoutWords = scoreTraces(AgentGate.open(policy), bare)
  for (const [name, suite] of scoreTraces(AgentGate.open(policy), rows)) {
    const plain = withoutWords.get(name)
    const figure = [
      `${share(suite.stopped, suite.attacks)} % of ${suite.attacks} attacks stopped`,
      `(bare instruction ${share(plain?.stopped ?? 0, plain?.attacks ?? 0)} %)`,
      `${share(suite.free, suite.benign)} % of ${suite.benign} benign runs untouched`,
      `${(suite.asks / Math.max(1, suite.benign)).toFixed(2)} asks each`,
      `${share(suite.denied, suite.benign)} % denied`,
    ].join(', ')
    say({ name: `recorded runs, ${name}`, figure, unit: '', command })
  }
}

const SECRETS = 300

function secrets(): void {
  const dressings: readonly ((text: string) => string)[] = [
    (text) => Buffer.from(`key ${text} end`).toString('base64'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => encodeURIComponent(text),
    (text) => gzipSync(`a ${text} b`).toString('base64'),
    (text) => [...text].reverse().join(''),
    (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('hex'),
  ]
  let [encoded, split, alarms] = [0, 0, 0]
  for (let index = 0; index < SECRETS; index++) {
    const value = randomBytes(24).toString('base64')
    const known = new KnownSecrets([{ name: 'x', value }])
    const other = randomBytes(24).toString('base64')
    for (const dress of dressings) {
      if (known.newTrail().look(`see ${dress(value)} there`).length > 0) encoded++
      if (known.newTrail().look(`see ${dress(other)} there`).length > 0) alarms++
    }
    const trail = known.newTrail()
    const pieces = value.match(/[\s\S]{1,6}/g) ?? []
    if (pieces.some((piece) => trail.look(`part: ${piece}`).length > 0)) split++
  }
  const tries = SECRETS * dressings.length
  say({ name: 'known secrets found, encoded', figure: share(encoded, tries), unit: '%', command })
  say({ name: 'known secrets found, in pieces of 6', figure: share(split, SECRETS), unit: '%', command })
  say({ name: 'false alarms on other secrets', figure: share(alarms, tries), unit: '%', command })
}

const ROUNDS = 20_000
const WARM_UP_ROUNDS = 5_000
const RULES = 100

/** A tool call with 1 KB of arguments in a session that has read something, under a hundred rules. */
function latency(): void {
  const rules = Array.from({ length: RULES }, (_, index) => ({
    name: `rule-${index}`,
    facts: [`made-up-${index}.*`],
    severity: 'low' as const,
    action: 'ask' as const,
  }))
  const full = timed({ ...policy, rules: [...rules, ...policy.rules] })
  const empty = timed({ ...policy, detectors: [], rules: [] })
  const at = (times: Float64Array, part: number) => (times[Math.floor(times.length * part)] ?? 0) * 1_000
  for (const part of [0.5, 0.99]) {
    const name = `decision on 1 KB of arguments under ${RULES + policy.rules.length} rules, p${part * 100}`
    const ratio = (at(full, part) / Math.max(0.001, at(empty, part))).toFixed(0)
    say({ name, figure: at(full, part).toFixed(1), unit: `µs (${ratio} × an empty gate)`, command })
  }
}

function timed(under: AgentPolicy): Float64Array {
  const gate = AgentGate.open(under)
  const session = 's'
  const text =
    'The quarterly report is attached. Please let me know what you think of the second table. '.repeat(12)
  gate.pass(actOf({ session, kind: 'task', text: 'Send the report to ann@example.org' }))
  gate.pass(actOf({ id: '0', session, kind: 'result', call: '', tool: 'read_file', text }))
  const times = new Float64Array(ROUNDS)
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const body = `${round} ${text.slice(0, 900)}`
    const act = actOf({
      id: '1',
      session,
      kind: 'call',
      tool: 'send_email',
      arguments: { recipients: ['ann@example.org'], body },
    })
    const began = performance.now()
    gate.pass(act)
    if (round >= 0) times[round] = performance.now() - began
  }
  return times.sort()
}

const LONG_CHARACTERS = 8 * 1_048_576

/** How long a result of 8 MiB with a known secret to look for would hold the gate's thread between two steps. */
function longResult(called: string, row: string): void {
  const gate = AgentGate.open({
    ...policy,
    secrets: [{ name: 'x', value: randomBytes(24).toString('base64') }],
  })
  const text = row.repeat(Math.ceil(LONG_CHARACTERS / row.length)).slice(0, LONG_CHARACTERS)
  const act = actOf({ id: '1', session: 's', kind: 'result', call: '', tool: 'read_page', text })
  if (act.kind !== 'result') throw new Error('a result is a result')
  const steps = gate.inspectInSteps(act)
  let [all, longest] = [0, 0]
  for (let isDone = false; !isDone; ) {
    const before = process.cpuUsage()
    isDone = steps.next().done === true
    const { user, system } = process.cpuUsage(before)
    all += (user + system) / 1_000
    longest = Math.max(longest, (user + system) / 1_000)
  }
  const figure = `${all.toFixed(0)} ms, ${longest.toFixed(0)} ms`
  say({ name: `8 MiB of ${called}: processor time, longest step`, figure, unit: '', command })
}

const ACTS = 150_000

/**
 * Everything the command does between its standard input and output, on the project's own cases. Per second of
 * processor time, because that is what one core gives; the clock of a shared machine says something else.
 */
async function throughput(kind: 'bad' | 'ok', called: string, comes: 'once' | 'again'): Promise<void> {
  const cases = commandDetectors.flatMap(({ name }) =>
    readFileSync(path(`../src/gate/inspect/command/${name}/cases/${kind}.jsonl`), 'utf8')
      .trim()
      .split('\n'),
  )
  const commands = cases.map((line): unknown => JSON.parse(line).command).filter((text) => text !== undefined)
  const rounds = Math.ceil(ACTS / commands.length)
  // What stands behind the sign of a comment makes each text one that was never seen before.
  const blockOf = (round: number) =>
    commands
      .map((text, index) => {
        const command = comes === 'once' ? `${text} #${round}` : text
        return `${JSON.stringify({ id: String(index), session: `s${index % 100}`, kind: 'command', command })}\n`
      })
      .join('')
  const blocks = Array.from({ length: rounds }, (_, round) => Buffer.from(blockOf(round)))
  let bytes = 0
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      done()
    },
  })
  const before = process.cpuUsage()
  await judgeLines(AgentGate.open(policy), Readable.from(blocks), sink)
  const used = process.cpuUsage(before)
  const perSecond = (rounds * commands.length * 1e6) / (used.user + used.system)
  const name = `judge, ${called}, each ${comes === 'once' ? 'for the first time' : 'again and again'}, ${(bytes / 1e6).toFixed(0)} MB of answers`
  say({ name, figure: Math.round(perSecond).toLocaleString('en'), unit: 'acts per CPU second', command })
}

commands(join(values.data, 'commands/dev.jsonl.gz'))
traces(join(values.data, 'traces/dev.jsonl.gz'))
secrets()
latency()
longResult(
  'prose',
  'The quarterly report is attached (https://example.org/reports/q3); see the second table.\n',
)
longResult(
  'words that could be base64',
  `${randomBytes(65_536).toString('base64').replace(/.{12}/g, '$& ')}\n`,
)
// As the command runs; what came before was compiled as a gate that stays up would have it.
setFlagsFromString(COMPILER_OF_ACTS)
for (const comes of ['once', 'again'] as const) {
  await throughput('ok', 'ordinary shell commands', comes)
  await throughput('bad', 'hostile shell commands', comes)
}
