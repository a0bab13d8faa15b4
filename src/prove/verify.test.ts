import { expect, test } from 'vitest'
import { systemTable } from '../gate/decide/system/compile.ts'
import { SystemModel } from '../gate/decide/system/model.ts'
import { SystemSession } from '../gate/decide/system/session.ts'
import { randomSystem } from '../gate/decide/system/system.fixture.ts'
import { bruteForce } from './brute-force.fixture.ts'
import { certificateHolds } from './system/certificate.ts'
import { invariantClauses } from './system/invariant.ts'
import { ProgramBuilder } from './system/program.ts'
import { properties } from './system/properties.ts'
import { liveEvent } from './system/replay.ts'
import { saturate } from './system/saturate.ts'
import { outcomeOf } from './verify.ts'

const SYSTEMS = 100
const STATES_MAX = 4_000
const bruteForced = properties.filter(
  ({ name }) => !['budgets-hold', 'never-claims', 'every-tool-usable'].includes(name),
)

function unbudgeted(seed: number) {
  const system = randomSystem(seed, { agents: seed % 4 === 0 ? 3 : 2, tools: 2 })
  return { ...system, budget: { calls: undefined, destructive: undefined, delegations: undefined } }
}

test('every verdict on random small systems is what visiting all their states says', () => {
  const seen = { proved: 0, violated: 0, skipped: 0 }
  for (let seed = 1; seed <= SYSTEMS; seed++) {
    const table = systemTable(unbudgeted(seed))
    const truth = bruteForce(table, STATES_MAX)
    if (truth === undefined) {
      seen.skipped++
      continue
    }
    for (const property of bruteForced) {
      if (!property.applies(table.system)) continue
      const { verdict } = outcomeOf(property, table, { statesMax: 200_000 })
      const said = verdict === 'proved-bounded' ? 'proved' : verdict
      const is = truth.violated.has(property.name) ? 'violated' : 'proved'
      expect([seed, property.name, said]).toEqual([seed, property.name, is])
      seen[is]++
    }
  }
  expect(seen.proved).toBeGreaterThan(60)
  expect(seen.violated).toBeGreaterThan(60)
  expect(seen.skipped).toBeLessThan(SYSTEMS / 3)
})

test('every trace on random systems is followed by the gate, event by event', () => {
  let traces = 0
  for (let seed = 1; seed <= SYSTEMS; seed++) {
    const system = randomSystem(seed, { agents: 3, tools: 3 })
    const model = SystemModel.open(system)
    for (const property of properties) {
      if (!property.applies(system) || property.kind === 'possible') continue
      const outcome = outcomeOf(property, model.table, { statesMax: 5_000 })
      if (outcome.verdict !== 'violated') continue
      const session = new SystemSession(model, 'again')
      for (const event of outcome.events) expect(session.take(liveEvent(event))).toBeDefined()
      traces++
    }
  }
  expect(traces).toBeGreaterThan(60)
})

test('the check of certificates refuses one that claims too much', () => {
  let refused = 0
  for (let seed = 1; seed <= 60; seed++) {
    const table = systemTable(randomSystem(seed, { agents: 3, tools: 3 }))
    const program = new ProgramBuilder(table).build()
    const reach = saturate(program)
    const never = reach.map((bit) => 1 - bit)
    expect(certificateHolds(program, { never, clauses: [] })).toBe(true)
    const reachable = [...reach.keys()].filter((bit) => reach[bit] === 1)
    for (const bit of reachable.slice(0, 5)) {
      expect(certificateHolds(program, { never: never.with(bit, 1), clauses: [] })).toBe(false)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(60)
})

test('clauses that are no invariant are dropped by the search for them and refused by the check', () => {
  const table = systemTable(randomSystem(3, { agents: 3, tools: 3 }))
  const builder = new ProgramBuilder(table)
  const bits = [...table.bits.keys()]
  for (const left of bits)
    for (const right of bits)
      if (left !== right)
        builder.hints.push({ kind: 'implies', left, right }, { kind: 'excludes', left, right })
  const program = builder.build()
  const reach = saturate(program)
  const never = reach.map((bit) => 1 - bit)
  const kept = invariantClauses(program, reach)
  expect(kept.length).toBeLessThan(program.hints.length)
  expect(certificateHolds(program, { never, clauses: kept })).toBe(true)
  const dropped = program.hints.filter((clause) => !kept.includes(clause))
  const wrong = dropped.filter((clause) => certificateHolds(program, { never, clauses: [...kept, clause] }))
  expect(wrong.length).toBeLessThan(dropped.length / 20)
})
