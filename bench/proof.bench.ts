// What `verify` costs and how often it is right.
//   node bench/proof.bench.ts [--systems 1000] [--mutants 200]
import { parseArgs } from 'node:util'
import { systemTable } from '../src/gate/decide/system/compile.ts'
import { randomSystem } from '../src/gate/decide/system/system.fixture.ts'
import type { AgentSystem } from '../src/gate/decide/system/system.ts'
import { bruteForce } from '../src/prove/brute-force.fixture.ts'
import { recordedRun } from '../src/prove/conformance.fixture.ts'
import { Conformance } from '../src/prove/conformance.ts'
import { countStates } from '../src/prove/system/count.ts'
import { properties } from '../src/prove/system/properties.ts'
import { outcomeOf, verifySystem } from '../src/prove/verify.ts'
import { say } from './figure.ts'
import { weakened } from './proof/mutants.ts'
import { company, threeByFive } from './proof/systems.ts'

const { values } = parseArgs({ options: { systems: { type: 'string' }, mutants: { type: 'string' } } })
const SYSTEMS = Number(values.systems ?? 1_000)
const MUTANTS = Number(values.mutants ?? 200)
const STATES_MAX = 3_000
const command = 'node bench/proof.bench.ts'

function cpuSeconds<Value>(work: () => Value): { readonly value: Value; readonly seconds: number } {
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { value, seconds: (user + system) / 1e6 }
}

function speed(): void {
  const table = systemTable(threeByFive())
  const whole = { bits: table.bits.length, rows: table.rows, limits: [] }
  const { value, seconds } = cpuSeconds(() => countStates(whole, 20_000_000))
  if (value === undefined) throw new Error('the system is too large to visit')
  const { distinct, generated, depth } = value
  say({
    name: `search, 3 agents × 5 tools: ${distinct} states, depth ${depth}; generated a CPU second`,
    figure: (generated / seconds / 1e6).toFixed(2),
    unit: 'million',
    command,
  })
}

function scale(): void {
  const system = company(1_000, 200)
  const { value, seconds } = cpuSeconds(() => verifySystem('company', system))
  const proved = value.verdicts.filter(({ verdict, vacuous }) => /^proved/.test(verdict) && !vacuous)
  for (const { property, verdict, method, vacuous, cases, reason } of value.verdicts)
    console.log(
      `    ${property}: ${verdict}${vacuous ? ', vacuous' : ''} (${method}, ${cases} cases) ${reason ?? ''}`,
    )
  say({
    name: `1,000 agents × 200 tools, ${value.verdicts.length} properties (${proved.length} proved), each with a twin`,
    figure: seconds.toFixed(2),
    unit: 'CPU s',
    command,
  })
}

const compared = properties.filter(
  ({ name }) => !['budgets-hold', 'never-claims', 'every-tool-usable'].includes(name),
)

function small(seed: number): AgentSystem {
  const system = randomSystem(seed, { agents: seed % 4 === 0 ? 3 : 2, tools: 2 })
  return { ...system, budget: { calls: undefined, destructive: undefined, delegations: undefined } }
}

function truth(): void {
  const seen = { systems: 0, verdicts: 0, falseProved: 0, falseViolated: 0, unknown: 0 }
  for (let seed = 1_000; seen.systems < SYSTEMS; seed++) {
    const table = systemTable(small(seed))
    const brute = bruteForce(table, STATES_MAX)
    if (brute === undefined) continue
    seen.systems++
    for (const property of compared) {
      if (!property.applies(table.system)) continue
      const { verdict } = outcomeOf(property, table, { statesMax: 100_000 })
      const isViolated = brute.violated.has(property.name)
      seen.verdicts++
      if (verdict === 'unknown') seen.unknown++
      else if (verdict === 'violated' && !isViolated) seen.falseViolated++
      else if (verdict !== 'violated' && isViolated) seen.falseProved++
    }
  }
  say({
    name: `false "proved" in ${seen.verdicts} verdicts on ${seen.systems} random systems that were visited whole`,
    figure: `${seen.falseProved}; false "violated" ${seen.falseViolated}; unknown ${seen.unknown}`,
    unit: '',
    command,
  })
}

/** A mutant has an effect when visiting all its states finds a property broken that held before. */
function mutants(): void {
  let [all, caught] = [0, 0]
  for (let seed = 5_000; all < MUTANTS; seed++) {
    const base = small(seed)
    const before = bruteForce(systemTable(base), STATES_MAX)
    if (before === undefined) continue
    for (const mutant of weakened(base, seed)) {
      if (all >= MUTANTS) break
      const table = systemTable(mutant)
      const after = bruteForce(table, STATES_MAX)
      const broken = compared.filter(({ name }) => after?.violated.has(name) && !before.violated.has(name))
      if (broken.length === 0) continue
      all++
      const isCaught = broken.every((property) => {
        const outcome = outcomeOf(property, table, { statesMax: 100_000 })
        // A violated verdict was replayed in the gate before it was given.
        return (
          outcome.verdict === 'violated' && (outcome.events.length > 0 || property.name === 'no-deadlock')
        )
      })
      if (isCaught) caught++
    }
  }
  say({
    name: `mutants with an effect, caught with a trace that the gate follows (of ${all})`,
    figure: ((100 * caught) / all).toFixed(1),
    unit: '%',
    command,
  })
}

function replay(): void {
  const system = {
    ...threeByFive(),
    approvals: { once: true, sameArguments: true, fresh: true, outstanding: 2 },
  }
  const entries = recordedRun(system, 7, { sessions: 8_000, events: 160_000 })
  const lines = entries.map((entry) => JSON.stringify(entry))
  const pass = (each: readonly Record<string, unknown>[]): void => {
    const conformance = new Conformance()
    for (const [at, entry] of each.entries())
      if (conformance.take(at, entry) !== undefined) throw new Error(`entry ${at} does not conform`)
  }
  const read = cpuSeconds(() => pass(entries))
  const parsed = cpuSeconds(() => pass(lines.map((line) => JSON.parse(line) as Record<string, unknown>)))
  say({
    name: `ledger replay, entries of acts a CPU second (from text: ${Math.round(entries.length / parsed.seconds).toLocaleString('en')})`,
    figure: Math.round(entries.length / read.seconds).toLocaleString('en'),
    unit: '',
    command,
  })
}

speed()
scale()
replay()
mutants()
truth()
