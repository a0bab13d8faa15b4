import { bitKey, takesApproval } from '../../gate/decide/system/layout.ts'
import { SystemModel } from '../../gate/decide/system/model.ts'
import { SystemSession } from '../../gate/decide/system/session.ts'
import { type AgentSystem, budgetNames } from '../../gate/decide/system/system.ts'
import { eventKey, type Row, type SystemTable, type TableEvent } from '../../gate/decide/system/table.ts'
import { Checking } from '../system/check.ts'
import type { Bad, Clause, Program } from '../system/program.ts'
import { bitName } from '../system/program.ts'
import { liveEvent } from '../system/replay.ts'
import { storyOf } from '../system/story.ts'
import type { Loosening, PartAnswer } from './change.ts'

const STATES_MAX = 200_000
/** Enough to see what a change is about; the first is the shortest. */
const LOOSENINGS_MAX = 5

/**
 * Runs both systems side by side on the same events and looks for a run that both allow up to its last event, which
 * only the new one allows.
 */
export function changedSystem(older: AgentSystem | undefined, newer: AgentSystem | undefined): PartAnswer {
  if (JSON.stringify(older) === JSON.stringify(newer)) return { loosenings: [], unknown: undefined }
  if (older === undefined) return { loosenings: [], unknown: undefined }
  if (newer === undefined)
    return {
      loosenings: [
        {
          part: 'system',
          sentence: 'No system of agents is declared any more: only the rules decide about them.',
          request: { agents: older.agents.map(({ name }) => name) },
        },
      ],
      unknown: undefined,
    }
  const plain = [...undeclared(older, newer), ...budgets(older, newer)]
  const { loosenings, unknown } = sideBySide(older, newer)
  const renamed = matchChanged(older, newer)
  return { loosenings: [...plain, ...loosenings], unknown: unknown ?? renamed }
}

function undeclared(older: AgentSystem, newer: AgentSystem): readonly Loosening[] {
  if (newer.undeclared === 'deny') return []
  const say = (sentence: string, request: object): Loosening => ({ part: 'system', sentence, request })
  const missing = (
    before: readonly { readonly name: string }[],
    after: readonly { readonly name: string }[],
  ) => before.filter(({ name }) => !after.some((each) => each.name === name)).map(({ name }) => name)
  return [
    ...(older.undeclared === 'deny'
      ? [
          say('Agents and tools that nobody declared were refused and are now left to the rules.', {
            kind: 'call',
            agent: 'undeclared-agent',
            tool: 'undeclared-tool',
          }),
        ]
      : []),
    ...missing(older.tools, newer.tools).map((tool) =>
      say(`${tool} is no longer declared, so the system no longer says who may call it.`, {
        kind: 'call',
        tool,
      }),
    ),
    ...missing(older.agents, newer.agents).map((agent) =>
      say(`${agent} is no longer declared, so the system no longer says what it may do.`, { agent }),
    ),
  ]
}

function budgets(older: AgentSystem, newer: AgentSystem): readonly Loosening[] {
  return budgetNames.flatMap((name): Loosening[] => {
    const [was, is] = [older.budget[name], newer.budget[name]]
    if (was === undefined || (is !== undefined && is <= was)) return []
    const what = name === 'destructive' ? 'destructive calls' : name
    const sentence = `A session may newly have ${is ?? 'any number of'} ${what}; it could have ${was}.`
    return [{ part: 'system', sentence, request: { budget: name, amount: was + 1 } }]
  })
}

function matchChanged(older: AgentSystem, newer: AgentSystem): string | undefined {
  const changed = newer.agents.filter((agent) => {
    const before = older.agents.find(({ name }) => name === agent.name)
    return before !== undefined && JSON.stringify(before.match) !== JSON.stringify(agent.match)
  })
  return changed.length === 0
    ? undefined
    : `who comes under ${changed.map(({ name }) => name).join(', ')} changed, and names of callers are not compared`
}

function sideBySide(older: AgentSystem, newer: AgentSystem): PartAnswer {
  if (older.approvals.outstanding !== newer.approvals.outstanding)
    return { loosenings: [], unknown: 'approvals.outstanding changed, and it is not compared' }
  const models = { older: SystemModel.open(older), newer: SystemModel.open(newer) }
  const { program, events: all } = product(models.older.table, models.newer.table)
  const checking = new Checking(
    program,
    { statesMax: STATES_MAX },
    {
      own: { events: all, follows: (events) => differs(models, events) },
    },
  )
  const shortest = new Map<string, readonly TableEvent[]>()
  let unknown: string | undefined
  for (const bad of program.bads) {
    const event = all[(program.rows[bad.row as number] as Row).event] as TableEvent
    // Which arguments makes no difference to what a person is told.
    const key = 'slot' in event ? `${event.kind} ${event.agent} ${event.tool}` : eventKey(event)
    if (checking.isExcluded(bad)) continue
    const found = checking.look(bad)
    if (found.kind === 'limit') unknown ??= `comparing the systems, ${found.reason}`
    const known = shortest.get(key)
    if (found.kind === 'found' && (known === undefined || found.events.length < known.length))
      shortest.set(key, found.events)
  }
  const runs = [...shortest.values()].sort((left, right) => left.length - right.length)
  return { loosenings: runs.slice(0, LOOSENINGS_MAX).map((events) => loosening(newer, events)), unknown }
}

/** Whether two gates, one with each system, part at the last event and not before. */
function differs(
  models: { readonly older: SystemModel; readonly newer: SystemModel },
  events: readonly TableEvent[],
): boolean {
  const sessions = [new SystemSession(models.older, 'old'), new SystemSession(models.newer, 'new')] as const
  return events.every((event, at) => {
    const [before, after] = sessions.map((session) => {
      const live = liveEvent(event)
      const isOpen = session.judge(live).action === 'none'
      return session.take(live) !== undefined || isOpen
    })
    const isAct = event.kind === 'call' || event.kind === 'message' || event.kind === 'delegate'
    return !isAct || (after === true && before === at < events.length - 1)
  })
}

function loosening(system: AgentSystem, events: readonly TableEvent[]): Loosening {
  const steps = storyOf(system, events)
  const last = steps.at(-1)?.story ?? ''
  const before = steps.slice(0, -1).map(({ story }) => story)
  const count = before.length === 1 ? 'one step' : `${before.length} steps`
  const after = before.length === 0 ? 'At once' : `After ${count} that both allow`
  return {
    part: 'system',
    sentence: `${after}, this is newly allowed: ${last}`,
    request: { acts: steps.map(({ event, story }) => ({ ...event, story })) },
  }
}

/** Rows for what both systems allow; a bad case for each row of the new one that no old row answers. */
function product(
  older: SystemTable,
  newer: SystemTable,
): { program: Program; events: readonly TableEvent[] } {
  const offset = newer.bits.length
  const events: TableEvent[] = []
  const rows: Row[] = []
  const bads: Bad[] = []
  for (const event of eventsOf(older, newer)) {
    const index = events.push(event) - 1
    const mine = rowsFor(newer, event).map((row) => ({ ...row, event: index, counts: [] }))
    const theirs = rowsFor(older, event).map((row) => shifted(row, index, offset))
    const isAct = event.kind === 'call' || event.kind === 'message' || event.kind === 'delegate'
    for (const row of mine) for (const old of theirs) rows.push(joined(row, old))
    // What a person does about one system alone is nothing to the other; an act that the old one leaves to its rules too.
    const isOpen = isAct && leavesToRules(older.system, event)
    if (isOpen || (!isAct && theirs.length === 0)) rows.push(...mine)
    if (!isAct && mine.length === 0) rows.push(...theirs)
    if (!isAct || isOpen) continue
    for (const row of mine) {
      // It only ends a run, so it changes nothing.
      const last = rows.push({ ...row, sets: [], clears: [], copies: [] }) - 1
      bads.push({ row: last, holding: [], lacking: [], noneOf: theirs })
    }
  }
  const program: Program = {
    table: newer,
    bits: offset + older.bits.length,
    rows,
    limits: [],
    hints: equalities(older, newer, offset),
    bads,
    watched: [],
    nameOf: (bit) => {
      const own = bit < offset ? newer.bits[bit] : older.bits[bit - offset]
      return own === undefined ? '?' : `${bit < offset ? 'new' : 'old'}: ${bitName(own)}`
    },
  }
  return { program, events }
}

/** Every event of either system; where one tells arguments apart and the other does not, for each that is told apart. */
function eventsOf(older: SystemTable, newer: SystemTable): Iterable<TableEvent> {
  const all = new Map<string, TableEvent>()
  for (const event of [...newer.events, ...older.events]) all.set(eventKey(event), event)
  return all.values()
}

function rowsFor(table: SystemTable, event: TableEvent): readonly Row[] {
  const found = table.eventIndex.get(eventKey(event))
  if (found !== undefined) return (table.rowsOf[found] ?? []).map((at) => table.rows[at] as Row)
  // A tool that takes no approvals has one slot, which stands for all arguments.
  if (event.kind !== 'call' || !('slot' in event) || event.slot === 0) return []
  const tool = table.system.tools.find(({ name }) => name === event.tool)
  return takesApproval(tool) ? [] : rowsFor(table, { ...event, slot: 0 })
}

function leavesToRules(system: AgentSystem, event: TableEvent): boolean {
  if (system.undeclared === 'deny') return false
  const agents = 'from' in event ? [event.from, event.to] : [event.agent]
  const tools = 'tool' in event ? [event.tool] : []
  return (
    agents.some((agent) => !system.agents.some(({ name }) => name === agent)) ||
    tools.some((tool) => !system.tools.some(({ name }) => name === tool))
  )
}

function shifted(row: Row, event: number, offset: number): Row {
  const by = (bits: readonly number[]) => bits.map((bit) => bit + offset)
  return {
    event,
    requires: by(row.requires),
    forbids: by(row.forbids),
    sets: by(row.sets),
    clears: by(row.clears),
    copies: by(row.copies),
    counts: [],
  }
}

function joined(left: Row, right: Row): Row {
  return {
    event: left.event,
    requires: [...left.requires, ...right.requires],
    forbids: [...left.forbids, ...right.forbids],
    sets: [...left.sets, ...right.sets],
    clears: [...left.clears, ...right.clears],
    copies: [...left.copies, ...right.copies],
    counts: [],
  }
}

/** Where both systems keep the same bit it is, as a rule, the same in both: whoever uses this proves it first. */
function equalities(older: SystemTable, newer: SystemTable, offset: number): readonly Clause[] {
  const numbers = new Map(older.bits.map((bit, at) => [bitKey(bit), at + offset]))
  return newer.bits.flatMap((bit, at): Clause[] => {
    const other = numbers.get(bitKey(bit))
    return other === undefined
      ? []
      : [
          { kind: 'implies', left: at, right: other },
          { kind: 'implies', left: other, right: at },
        ]
  })
}
