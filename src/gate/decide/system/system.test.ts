import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { budgetsOf } from '../../../config/budgets.ts'
import type { ActId, JudgedAct, SessionId } from '../../act.ts'
import { AgentGate } from '../../agent-gate.ts'
import type { AgentPolicy } from '../agent-policy.ts'
import { systemTable } from './compile.ts'
import { SystemModel } from './model.ts'
import { SystemSession } from './session.ts'
import { enabled, step, tableLayout } from './step.ts'
import { asLive, chance, randomEvent, randomSystem } from './system.fixture.ts'
import type { AgentSystem } from './system.ts'
import type { SystemTable, TableEvent } from './table.ts'

const SYSTEMS = 300
const EVENTS = 60

const bare: Omit<AgentPolicy, 'system'> = {
  name: 'bare',
  detectors: ['remote-shell'],
  rules: [],
  tools: { trusted: [], sinks: [], readers: [] },
  secrets: [],
  budgets: budgetsOf(),
}

const beside = { findings: [], agent: undefined, now: undefined, isObserving: false }

/** The model's state in the test's own hands: which transitions are enabled, and where they lead. */
class Walk {
  readonly table: SystemTable
  #state: Int32Array
  constructor(system: AgentSystem) {
    this.table = systemTable(system)
    this.#state = new Int32Array(tableLayout(this.table).words)
  }
  says(event: TableEvent): string {
    return enabled(this.table, tableLayout(this.table), this.#state, event).action
  }
  go(event: TableEvent): void {
    const layout = tableLayout(this.table)
    const verdict = enabled(this.table, layout, this.#state, event)
    if (verdict.action === 'allow') this.#state = step(layout, verdict.row, this.#state)
  }
  isHeld(event: TableEvent): boolean {
    if (!('slot' in event)) return false
    const at = this.table.bits.findIndex(
      (bit) =>
        bit.kind === 'approved' &&
        bit.agent === event.agent &&
        bit.tool === event.tool &&
        bit.slot === event.slot,
    )
    return at >= 0 && (((this.#state[at >> 5] ?? 0) >> (at & 31)) & 1) === 1
  }
  /** Whether a slot other than the event's waits with an approval: a session would keep no more than one. */
  isCrowded(event: TableEvent): boolean {
    return event.kind === 'approve' && !this.isHeld(event) && this.isHeld({ ...event, slot: 1 - event.slot })
  }
}

test('a session of the gate allows exactly what the table enables, in random systems and sessions', () => {
  let allowed = 0
  let refused = 0
  for (let seed = 1; seed <= SYSTEMS; seed++) {
    const system = randomSystem(seed, { agents: 3, tools: 4 })
    const walk = new Walk(system)
    const session = new SystemSession(SystemModel.open(system), `session ${seed}`)
    const pick = chance(seed * 7919)
    for (let at = 0; at < EVENTS; at++) {
      const event = randomEvent(walk.table, pick)
      if (walk.isCrowded(event)) continue
      const live = asLive(event)
      expect([seed, at, event, session.judge(live).action]).toEqual([seed, at, event, walk.says(event)])
      const isTaken = session.take(live) !== undefined
      expect(isTaken).toBe(walk.says(event) === 'allow')
      if (isTaken) allowed++
      else refused++
      walk.go(event)
    }
  }
  expect(allowed).toBeGreaterThan(2_000)
  expect(refused).toBeGreaterThan(2_000)
})

test('the whole gate decides calls and messages as the table does, in random systems and sessions', async () => {
  let calls = 0
  for (let seed = 1; seed <= SYSTEMS / 3; seed++) {
    const system = randomSystem(seed, { agents: 3, tools: 4 })
    const gate = AgentGate.open({ ...bare, system })
    const walk = new Walk(system)
    const pick = chance(seed * 104_729)
    for (let at = 0; at < EVENTS; at++) {
      const event = randomEvent(walk.table, pick)
      if (walk.isCrowded(event)) continue
      const said = walk.says(event)
      const decision = passThrough(gate, event, at)
      if (decision !== undefined) calls++
      if (decision !== undefined) expect([seed, at, event, decision]).toEqual([seed, at, event, said])
      walk.go(event)
    }
  }
  expect(calls).toBeGreaterThan(500)
})

function passThrough(gate: AgentGate, event: TableEvent, at: number): string | undefined {
  const common = { id: `act ${at}` as ActId, session: 's' as SessionId }
  const live = asLive(event)
  const isCall = event.kind === 'call' && 'slot' in event
  if (!isCall && event.kind !== 'message') {
    gate.system?.happen('s', live)
    return undefined
  }
  const act: JudgedAct =
    'slot' in event
      ? { ...common, kind: 'call', tool: event.tool, arguments: {} }
      : { ...common, kind: 'message', from: event.from, to: event.to, text: 'hello' }
  const actor = {
    agent: 'slot' in event ? event.agent : event.from,
    session: 's',
    digest: 'digest' in live ? live.digest : '',
  }
  return gate.judge(act, { ...beside, approval: () => 'approved', actor }).decision.action
}

test('an approval that no longer counts outside is asked for again', () => {
  const system = oneTool({ needsApproval: true })
  const gate = AgentGate.open({ ...bare, system })
  const act: JudgedAct = {
    id: '1' as ActId,
    session: 's' as SessionId,
    kind: 'call',
    tool: 'drop',
    arguments: {},
  }
  const actor = { agent: 'ann', session: 's', digest: 'd' }
  const judge = (answer: 'approved' | 'none') =>
    gate.judge(act, { ...beside, approval: () => answer, actor }).decision
  expect(judge('none')).toMatchObject({ action: 'ask', rule: 'system.approval' })
  gate.system?.happen('s', { kind: 'approve', agent: 'ann', tool: 'drop', digest: 'd' })
  expect(judge('none').action).toBe('ask')
  gate.system?.happen('s', { kind: 'approve', agent: 'ann', tool: 'drop', digest: 'd' })
  expect(judge('approved').action).toBe('allow')
  expect(judge('approved').action).toBe('ask')
})

test('an approval holds for the arguments it was given for, and the oldest gives way when there are too many', () => {
  const model = SystemModel.open(oneTool({ needsApproval: true }))
  const session = new SystemSession(model, 's')
  const call = (digest: string) => ({ kind: 'call', agent: 'ann', tool: 'drop', digest }) as const
  const approve = (digest: string) => ({ ...call(digest), kind: 'approve' }) as const
  for (const digest of ['a', 'b']) session.take(approve(digest))
  expect(session.judge(call('c')).action).toBe('ask')
  expect(session.crowdedOut(approve('c'))).toEqual({ ...call('a'), kind: 'expire' })
  expect(session.judge(call('b')).action).toBe('allow')
})

test('agents and tools that the system does not name are left to the rules, or denied where it says so', () => {
  const gate = (undeclared: 'rules' | 'deny') =>
    AgentGate.open({ ...bare, system: { ...oneTool({}), undeclared } })
  const act: JudgedAct = {
    id: '1' as ActId,
    session: 's' as SessionId,
    kind: 'call',
    tool: 'other',
    arguments: {},
  }
  const actor = { agent: 'ann', session: 's', digest: 'd' }
  const judge = (undeclared: 'rules' | 'deny') =>
    gate(undeclared).judge(act, { ...beside, approval: () => 'none', actor }).decision
  expect(judge('rules').action).toBe('allow')
  expect(judge('deny')).toMatchObject({ action: 'deny', rule: 'system.undeclared' })
})

test('only these files know what a row of the table means; the verifier imports them', () => {
  const folder = new URL('../../../prove/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('tla'))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))
  const searching = files.find(({ file }) => file.endsWith('search.ts'))
  expect(searching?.text).toMatch(/rowEnabled, rowStep \} from '..\/..\/gate\/decide\/system\/step\.ts'/)
  // A second compiler of systems, or a second meaning of rows, would have to name these.
  const second = files.filter(({ text }) =>
    /function (rowEnabled|rowStep|systemTable|enabled|step)\b/.test(text),
  )
  expect(second.map(({ file }) => file)).toEqual([])
  // The gate itself holds no other: whatever decides in a session goes through `enabled`.
  const session = readFileSync(new URL('./session.ts', import.meta.url), 'utf8')
  expect(session).toMatch(/enabled\(table, layout, this\.#state, inTable\)/)
})

function oneTool(change: { readonly needsApproval?: boolean }): AgentSystem {
  const system = randomSystem(1, { agents: 1, tools: 1 })
  return {
    ...system,
    tools: [
      {
        name: 'drop',
        needs: [],
        reads: [],
        isUntrusted: false,
        isSink: false,
        accepts: [],
        isDestructive: true,
        needsApproval: false,
        injected: 'deny',
        ...change,
      },
    ],
    agents: [
      {
        name: 'ann',
        match: ['ann', 'ann-*'],
        tools: ['drop'],
        ceiling: undefined,
        delegates: [],
        messages: [],
      },
    ],
    approvals: { once: true, sameArguments: true, fresh: true, outstanding: 2 },
    budget: { calls: undefined, destructive: undefined, delegations: undefined },
    revocation: { enforced: true, cascades: true },
    undeclared: 'rules',
  }
}
