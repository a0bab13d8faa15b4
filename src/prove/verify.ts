import type { AgentPolicy } from '../gate/decide/agent-policy.ts'
import { systemTable } from '../gate/decide/system/compile.ts'
import { modelHash } from '../gate/decide/system/model.ts'
import type { AgentSystem } from '../gate/decide/system/system.ts'
import type { SystemTable } from '../gate/decide/system/table.ts'
import { isInductive } from './system/certificate.ts'
import { check, impossible, type Outcome, type Reach } from './system/check.ts'
import { focusOn } from './system/focus.ts'
import { ProgramBuilder } from './system/program.ts'
import { properties } from './system/properties.ts'
import type { Property } from './system/property.ts'
import { saturate, withGhosts } from './system/saturate.ts'
import type { SearchLimits } from './system/search.ts'
import { type StoryStep, storyOf } from './system/story.ts'

export type VerifyOptions = { readonly statesMax?: number; readonly only?: readonly string[] }

export type VerdictName = 'proved' | 'proved-bounded' | 'violated' | 'unknown'

/** What was found out about one property, and whether the proof means anything. */
export type PropertyVerdict = {
  readonly property: string
  readonly words: string
  readonly verdict: VerdictName
  /** How it is known, in a few words. */
  readonly method: string
  readonly cases: number
  readonly states?: number
  readonly reason?: string
  /** Weakened systems in which the same statement was checked; a proof without a violated one says nothing. */
  readonly twins: readonly { readonly weakening: string; readonly verdict: VerdictName }[]
  readonly vacuous: boolean
  readonly trace?: readonly StoryStep[]
}

export type VerifyReport = {
  readonly policy: string
  /** SHA-256 of the system that was verified; entries of the ledger carry the same. */
  readonly model: string
  readonly verdicts: readonly PropertyVerdict[]
  readonly ms: number
}

const STATES_MAX = 2_000_000
/** Searches in weakened systems are kept short: a twin that is hard to break is no good twin. */
const twinLimits: SearchLimits = { statesMax: 5_000, searchesMax: 60, foundMax: 1 }
const TWINS_MAX = 24

/** Proves or refutes every property that says something about the policy's system. */
export function verifyPolicy(policy: AgentPolicy, options: VerifyOptions = {}): VerifyReport | undefined {
  const { system } = policy
  return system === undefined ? undefined : verifySystem(policy.name, system, options)
}

export function verifySystem(name: string, system: AgentSystem, options: VerifyOptions = {}): VerifyReport {
  const began = performance.now()
  const table = systemTable(system)
  const limits = { statesMax: options.statesMax ?? STATES_MAX }
  const focused = focusOn(system)
  const reach = reachOf(table)
  const verdicts = properties
    .filter((property) => property.applies(system))
    .filter((property) => options.only === undefined || options.only.includes(property.name))
    .map((property) => verdictOn(property, { table, focused, limits, reach }))
  return { policy: name, model: modelHash(system), verdicts, ms: performance.now() - began }
}

/** What the bare table could ever reach, checked once for all properties that add nothing to its rows. */
function reachOf(table: SystemTable): Reach {
  const bits = saturate({ bits: table.bits.length, rows: table.rows })
  const never = bits.map((bit) => 1 - bit)
  return { bits, isChecked: isInductive(table.rows, { never, clauses: [] }) }
}

type Subject = {
  readonly table: SystemTable
  /** The part of the system that is weakened. */
  readonly focused: AgentSystem
  readonly limits: SearchLimits
  readonly reach: Reach
}

function verdictOn(property: Property, { table, focused, limits, reach }: Subject): PropertyVerdict {
  const outcome = outcomeOf(property, table, limits, reach)
  const base = { property: property.name, words: property.words(table.system), cases: outcome.cases }
  switch (outcome.verdict) {
    case 'proved':
    case 'proved-bounded': {
      const twins = redTwins(property, focused)
      const isBounded = outcome.verdict === 'proved-bounded'
      return {
        ...base,
        verdict: outcome.verdict,
        method: methodOf(property, outcome),
        ...(isBounded ? { states: outcome.states } : {}),
        twins,
        vacuous: !twins.some(({ verdict }) => verdict === 'violated'),
      }
    }
    case 'violated':
      return {
        ...base,
        verdict: 'violated',
        method: outcome.events.length === 0 ? 'no run does it' : 'trace replayed in the gate',
        states: outcome.states,
        twins: [],
        vacuous: false,
        ...(outcome.events.length === 0 ? {} : { trace: storyOf(table.system, outcome.events) }),
      }
    case 'unknown':
      return {
        ...base,
        verdict: 'unknown',
        method: 'search',
        reason: outcome.reason,
        states: outcome.states,
        twins: [],
        vacuous: false,
      }
  }
}

function methodOf(property: Property, outcome: Outcome): string {
  if (outcome.verdict === 'proved-bounded') return 'every state that matters was visited'
  if (property.kind === 'possible') return 'a run was found for each'
  return 'invariant, checked apart'
}

export function outcomeOf(
  property: Property,
  table: SystemTable,
  limits: SearchLimits,
  bare?: Reach,
): Outcome {
  const builder = new ProgramBuilder(table)
  property.build(table, builder)
  const program = builder.build()
  const reach = bare && {
    bits: withGhosts(program, bare.bits),
    isChecked: bare.isChecked && program.watched.length === 0,
  }
  if (property.kind === 'never') return check(program, limits, reach)
  const never = impossible(program, limits, reach)
  const cases = program.bads.length
  if (never === 'unknown')
    return { verdict: 'unknown', cases, states: 0, reason: 'the search stopped at its limit' }
  const [first] = never
  if (first === undefined) return { verdict: 'proved', cases, clauses: 0 }
  return { verdict: 'violated', cases, states: 0, events: [], bad: first }
}

/** Checks the property in weakened systems until one breaks it. */
function redTwins(property: Property, focused: AgentSystem): PropertyVerdict['twins'] {
  const twins: { weakening: string; verdict: VerdictName }[] = []
  for (const { says, system: weakened } of property.weaken(focused)) {
    if (twins.length >= TWINS_MAX) break
    const { verdict } = outcomeOf(property, systemTable(weakened), twinLimits)
    twins.push({ weakening: says, verdict })
    if (verdict === 'violated') break
  }
  return twins
}
