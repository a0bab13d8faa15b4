// For tests and the bench: decides the properties of small systems by visiting every state, with memories of what
// happened that are written down here once more, in other words than the verifier's.
import { bitKey } from '../gate/decide/system/layout.ts'
import { holds, rowEnabled, rowStep, tableLayout } from '../gate/decide/system/step.ts'
import type { Row, SystemTable, TableEvent } from '../gate/decide/system/table.ts'

/** What happened so far, as far as a property asks. */
type Memory = {
  /** `agent tool slot` that a person approved, unused, with no strangers' words since. */
  readonly approved: ReadonlySet<string>
  readonly dead: ReadonlySet<string>
  /** For a grant: the agents it came through. */
  readonly origins: ReadonlyMap<string, ReadonlySet<string>>
}

export type BruteForce = { readonly violated: ReadonlySet<string>; readonly states: number } | undefined

/** The names of the properties that some run breaks; nothing if there are more states than that. */
export function bruteForce(table: SystemTable, statesMax: number): BruteForce {
  const layout = tableLayout(table)
  const violated = new Set<string>()
  const first: Node = {
    state: new Int32Array(layout.words),
    memory: { approved: new Set(), dead: new Set(), origins: new Map() },
  }
  const queue = [first]
  const seen = new Set([keyOf(first)])
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as Node
    if (isStuck(table, node)) violated.add('no-deadlock')
    for (const row of table.rows) {
      if (!rowEnabled(layout, row, node.state)) continue
      const event = table.events[row.event] as TableEvent
      for (const name of broken(table, node, row, event)) violated.add(name)
      const state = new Int32Array(layout.words)
      rowStep(layout, row, node.state, 0, state, 0)
      const next: Node = { state, memory: remember(table, node, row, event, state) }
      const key = keyOf(next)
      if (seen.has(key)) continue
      seen.add(key)
      queue.push(next)
      if (queue.length > statesMax) return undefined
    }
  }
  return { violated, states: queue.length }
}

type Node = { readonly state: Int32Array; readonly memory: Memory }

function keyOf({ state, memory }: Node): string {
  const origins = [...memory.origins].map(([grant, from]) => `${grant}<${[...from].sort().join()}`)
  return [
    state.join(),
    [...memory.approved].sort().join(),
    [...memory.dead].sort().join(),
    origins.sort().join(),
  ].join(';')
}

function has(table: SystemTable, state: Int32Array, key: string): boolean {
  const at = table.bits.findIndex((bit) => bitKey(bit) === key)
  return at >= 0 && holds(state, 0, at)
}

function* broken(
  table: SystemTable,
  { state, memory }: Node,
  row: Row,
  event: TableEvent,
): Generator<string> {
  const { system } = table
  const actor = event.kind === 'call' ? event.agent : 'from' in event ? event.from : undefined
  if (actor !== undefined && memory.dead.has(actor)) yield 'revocation-takes-effect'
  if (event.kind === 'call' && 'slot' in event) {
    const tool = system.tools.find(({ name }) => name === event.tool)
    if (tool === undefined) return
    const isApproved = memory.approved.has(`${event.agent} ${event.tool} ${event.slot}`)
    const isInjected = has(table, state, `injected ${event.agent}`)
    if (tool.isSink && has(table, state, `label ${event.agent} private`)) yield 'no-label-to-sink'
    const entitled = system.credentials.find(({ name }) => name === 'secret')?.entitled ?? []
    if (tool.needs.length > 0 && !entitled.includes(event.agent)) yield 'no-credential-without-entitlement'
    if (tool.isDestructive && !isApproved) yield 'approval-before-destructive'
    if ((tool.isDestructive || tool.isSink) && isInjected && !isApproved) yield 'injected-agent-cannot'
    for (const bit of row.requires) {
      const grant = table.bits[bit]
      if (grant?.kind !== 'grant') continue
      for (const origin of memory.origins.get(bitKey(grant)) ?? [])
        if (memory.dead.has(origin)) yield 'revocation-takes-effect'
    }
  }
  if (event.kind === 'delegate') {
    const from = system.agents.find(({ name }) => name === event.from)
    const to = system.agents.find(({ name }) => name === event.to)
    const isHeld = table.bits.some(
      (bit, at) =>
        bit.kind === 'grant' && bit.to === event.from && bit.tool === event.tool && holds(state, 0, at),
    )
    if (from?.tools.includes(event.tool) !== true && !isHeld) yield 'delegation-never-widens'
    if (to?.ceiling !== undefined && !to.ceiling.includes(event.tool)) yield 'delegation-never-widens'
    for (const bit of row.sets) {
      const grant = table.bits[bit]
      if (grant?.kind === 'grant' && grant.depth > system.claims.depth) yield 'bounded-depth'
    }
  }
}

function remember(
  table: SystemTable,
  { state, memory }: Node,
  row: Row,
  event: TableEvent,
  after: Int32Array,
): Memory {
  const approved = new Set(memory.approved)
  if ('slot' in event) {
    const key = `${event.agent} ${event.tool} ${event.slot}`
    if (event.kind === 'approve') approved.add(key)
    else approved.delete(key)
  }
  for (const agent of hearing(table, state, event))
    for (const key of approved) if (key.startsWith(`${agent} `)) approved.delete(key)
  const dead = event.kind === 'revoke' ? new Set([...memory.dead, event.agent]) : memory.dead
  const origins = new Map<string, ReadonlySet<string>>()
  for (const [at, bit] of table.bits.entries()) {
    if (bit.kind !== 'grant' || !holds(after, 0, at)) continue
    const before = memory.origins.get(bitKey(bit)) ?? new Set<string>()
    const from =
      row.sets.includes(at) && event.kind === 'delegate' ? [event.from, ...inherited(table, row, memory)] : []
    origins.set(bitKey(bit), new Set([...before, ...from]))
  }
  return { approved, dead, origins }
}

function inherited(table: SystemTable, row: Row, memory: Memory): readonly string[] {
  return row.requires.flatMap((bit) => {
    const grant = table.bits[bit]
    return grant?.kind === 'grant' ? [...(memory.origins.get(bitKey(grant)) ?? [])] : []
  })
}

/** Agents that strangers' words reach by this event. */
function hearing(table: SystemTable, state: Int32Array, event: TableEvent): readonly string[] {
  if (event.kind === 'call' && 'slot' in event)
    return table.system.tools.find(({ name }) => name === event.tool)?.isUntrusted === true
      ? [event.agent]
      : []
  if (!('to' in event) || !has(table, state, `injected ${event.from}`)) return []
  const edge = table.system.agents
    .find(({ name }) => name === event.from)
    ?.messages.find(({ to }) => to === event.to)
  return event.kind === 'message' && edge?.isSanitised === true ? [] : [event.to]
}

function isStuck(table: SystemTable, { state }: Node): boolean {
  return table.system.agents.some(({ name, tools }) => {
    if (tools.length === 0 || has(table, state, `revoked ${name}`)) return false
    return !table.rows.some((row) => {
      const event = table.events[row.event] as TableEvent
      const isOwn =
        event.kind === 'call' ? event.agent === name : event.kind === 'message' && event.from === name
      if (!isOwn) return false
      const requires = row.requires.filter((bit) => table.bits[bit]?.kind !== 'approved')
      return rowEnabled(tableLayout(table), { ...row, requires, counts: [] }, state)
    })
  })
}
