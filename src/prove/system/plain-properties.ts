import { budgetNames } from '../../gate/decide/system/system.ts'
import type { Row, SystemTable } from '../../gate/decide/system/table.ts'
import type { Property } from './property.ts'
import { callRows, list } from './table-views.ts'
import { capabilities, edges, sinks, type Weakening, withAgent, withTool } from './weakenings.ts'

// Properties that need no ghosts: what they speak of is in the state already.

export const noLabelToSink: Property = {
  name: 'no-label-to-sink',
  kind: 'never',
  words: (system) =>
    `No agent that holds ${list(protectedLabels(system), 'or')} data ever calls a sink (${list(
      sinks(system).map(({ name }) => name),
      'or',
    )}), whoever passed it on.`,
  applies: (system) => protectedLabels(system).length > 0 && sinks(system).length > 0,
  build: (table, builder) => {
    const find = table.bitAt
    const labels = protectedLabels(table.system)
    for (const { row, agent, tool } of callRows(table)) {
      if (!tool.isSink) continue
      for (const label of labels)
        builder.bad({ row, holding: [find({ kind: 'label', agent, label })], lacking: [] })
    }
  },
  weaken: function* (system) {
    for (const sink of sinks(system))
      for (const label of protectedLabels(system))
        if (!sink.accepts.includes(label))
          yield withTool(
            system,
            sink.name,
            { accepts: [...sink.accepts, label] },
            `${sink.name} accepts ${label}`,
          )
    // Where labels and sinks are kept apart twice, both have to go before anything leaves.
    for (const sink of sinks(system))
      for (const label of protectedLabels(system)) {
        const open = withTool(
          system,
          sink.name,
          { accepts: [...sink.accepts, label], injected: 'allow', needsApproval: false },
          '',
        ).system
        const both = (also: Weakening): Weakening => ({
          says: `${sink.name} accepts ${label}, and ${also.says}`,
          system: also.system,
        })
        for (const also of edges(open)) yield both(also)
        const readers = system.tools.filter(({ reads }) => reads.includes(label)).map(({ name }) => name)
        for (const also of capabilities(open, readers)) yield both(also)
      }
  },
}

function protectedLabels(system: SystemTable['system']): readonly string[] {
  return system.labels.filter(({ isProtected }) => isProtected).map(({ name }) => name)
}

export const noCredentialWithoutEntitlement: Property = {
  name: 'no-credential-without-entitlement',
  kind: 'never',
  words: () =>
    'No agent ever uses a tool whose credential it is not entitled to, through any chain of delegation.',
  applies: (system) => system.tools.some(({ needs }) => needs.length > 0),
  build: (table, builder) => {
    const entitled = new Map(table.system.credentials.map((each) => [each.name, new Set(each.entitled)]))
    for (const { row, agent, tool } of callRows(table))
      if (tool.needs.some((name) => entitled.get(name)?.has(agent) !== true))
        builder.bad({ row, holding: [], lacking: [] })
  },
  weaken: function* (system) {
    for (const credential of system.credentials)
      yield {
        says: `${credential.name} is lent to whoever the tool is passed to`,
        system: {
          ...system,
          credentials: system.credentials.map((each) =>
            each === credential ? { ...each, isLent: true } : each,
          ),
        },
      }
    for (const tool of system.tools.filter(({ needs }) => needs.length > 0))
      for (const from of system.agents)
        for (const to of system.agents)
          if (from !== to && from.tools.includes(tool.name) && !to.tools.includes(tool.name))
            yield {
              says: `${from.name} may pass ${tool.name} on to ${to.name}, with the credential behind it`,
              system: {
                ...withAgent(
                  system,
                  from.name,
                  { delegates: [...from.delegates, { to: to.name, tools: [tool.name] }] },
                  '',
                ).system,
                credentials: system.credentials.map((each) =>
                  tool.needs.includes(each.name) ? { ...each, isLent: true } : each,
                ),
              },
            }
  },
}

export const neverClaims: Property = {
  name: 'never-claims',
  kind: 'never',
  words: ({ claims }) =>
    claims.never
      .map(({ agent, tool, isInjected, holding }) => {
        const when = [
          ...(isInjected ? ["after it has read strangers' words"] : []),
          ...(holding === undefined ? [] : [`while it holds ${holding} data`]),
        ]
        return `${agent ?? 'No agent'} ${agent === undefined ? 'ever' : 'never'} calls ${tool}${
          when.length > 0 ? ` ${when.join(' and ')}` : ''
        }.`
      })
      .join(' '),
  applies: (system) => system.claims.never.length > 0,
  build: (table, builder) => {
    const find = table.bitAt
    for (const claim of table.system.claims.never)
      for (const { row, agent, tool } of callRows(table)) {
        if (tool.name !== claim.tool || (claim.agent !== undefined && claim.agent !== agent)) continue
        const holding = [
          ...(claim.isInjected ? [find({ kind: 'injected', agent })] : []),
          ...(claim.holding === undefined ? [] : [find({ kind: 'label', agent, label: claim.holding })]),
        ]
        builder.bad({ row, holding, lacking: [] })
      }
  },
  weaken: function* (system) {
    for (const { tool } of system.claims.never) {
      yield withTool(
        system,
        tool,
        {
          injected: 'allow',
          needsApproval: false,
          accepts: system.labels.map(({ name }) => name),
        },
        `${tool} asks nobody and accepts everything`,
      )
      yield* capabilities(system, [tool])
    }
  },
}

export const budgetsHold: Property = {
  name: 'budgets-hold',
  kind: 'never',
  words: ({ budget }) =>
    `A session never has more than ${list(
      budgetNames.flatMap((name) =>
        budget[name] === undefined ? [] : [`${budget[name]} ${budgetWords[name]}`],
      ),
      'or',
    )}.`,
  applies: (system) => budgetNames.some((name) => system.budget[name] !== undefined),
  build: (table, builder) => {
    const limits = table.system.claims.budget ?? table.system.budget
    for (const [counter, { name }] of table.counters.entries()) {
      const least = limits[name]
      if (least === undefined) continue
      for (const [row, { event }] of table.rows.entries())
        if (spends(table, event, name))
          builder.bad({ row, holding: [], lacking: [], spent: { counter, least } })
    }
  },
  weaken: function* (system) {
    for (const name of budgetNames) {
      if (system.budget[name] === undefined) continue
      const none = { calls: undefined, destructive: undefined, delegations: undefined }
      yield {
        says: `one more of the ${budgetWords[name]} is let through than the budget says (of 2)`,
        system: {
          ...system,
          budget: { ...none, [name]: 3 },
          claims: { ...system.claims, budget: { ...none, [name]: 2 } },
        },
      }
    }
  },
}

const budgetWords = { calls: 'calls', destructive: 'destructive calls', delegations: 'delegations' }

function spends(table: SystemTable, at: number, budget: string): boolean {
  const event = table.events[at]
  if (event?.kind === 'delegate') return budget === 'delegations'
  if (event?.kind !== 'call') return false
  if (budget === 'calls') return true
  const tool = table.system.tools.find(({ name }) => name === event.tool)
  return budget === 'destructive' && tool?.isDestructive === true
}

export const noDeadlock: Property = {
  name: 'no-deadlock',
  kind: 'never',
  words: () =>
    'As long as it is not revoked and has budget left, an agent can always do something, if need be after an approval.',
  applies: (system) => system.agents.some(({ tools }) => tools.length > 0),
  build: (table, builder) => {
    const find = table.bitAt
    const acts = new Map<string, Row[]>()
    for (const row of table.rows) {
      const event = table.events[row.event]
      if (event?.kind !== 'call' && event?.kind !== 'message') continue
      const agent = 'from' in event ? event.from : event.agent
      // A person can approve whenever the call is asked for.
      const isApproval = (bit: number) => table.bits[bit]?.kind === 'approved'
      const requires = row.requires.some(isApproval)
        ? row.requires.filter((bit) => !isApproval(bit))
        : row.requires
      const rows = acts.get(agent)
      const free =
        requires === row.requires && row.counts.length === 0 ? row : { ...row, requires, counts: [] }
      if (rows === undefined) acts.set(agent, [free])
      else rows.push(free)
    }
    for (const { name, tools } of table.system.agents)
      if (tools.length > 0)
        builder.bad({
          row: undefined,
          holding: [],
          lacking: [find({ kind: 'revoked', agent: name })],
          noneOf: acts.get(name) ?? [],
        })
  },
  weaken: function* (system) {
    for (const agent of system.agents)
      yield {
        says: `every tool refuses ${agent.name} once it has read strangers' words, and it reads them`,
        system: stuck(system, agent.name),
      }
  },
}

/** The agent is left with one tool that closes itself. */
function stuck(system: SystemTable['system'], name: string): SystemTable['system'] {
  const agent = system.agents.find((each) => each.name === name)
  const tool = agent?.tools[0]
  if (tool === undefined) return system
  const { system: alone } = withAgent(system, name, { tools: [tool], messages: [] }, '')
  return withTool(alone, tool, { isUntrusted: true, injected: 'deny', needsApproval: false }, '').system
}

export const everyToolUsable: Property = {
  name: 'every-tool-usable',
  kind: 'possible',
  words: () => 'Each agent can, in some run, call every tool it is given: nothing is declared in vain.',
  applies: (system) => system.agents.some(({ tools }) => tools.length > 0),
  build: (table, builder) => {
    const seen = new Set<string>()
    const owned = new Map(table.system.agents.map(({ name, tools }) => [name, new Set(tools)]))
    for (const { row, agent, tool } of callRows(table)) {
      const key = `${agent}\n${tool.name}`
      if (seen.has(key) || owned.get(agent)?.has(tool.name) !== true) continue
      seen.add(key)
      builder.bad({ row, holding: [], lacking: [] })
    }
    // A tool without a row can never be called.
    const never = builder.ghost(() => 'never')
    for (const { name, tools } of table.system.agents)
      for (const tool of tools)
        if (!seen.has(`${name}\n${tool}`)) builder.bad({ row: undefined, holding: [never], lacking: [] })
  },
  weaken: function* (system) {
    for (const agent of system.agents)
      for (const tool of system.tools)
        if (agent.tools.includes(tool.name))
          yield {
            says: `${agent.name} has ${tool.name} without being entitled to what it needs`,
            system: {
              ...withTool(system, tool.name, { needs: [...tool.needs, NOBODYS] }, '').system,
              credentials: [...system.credentials, { name: NOBODYS, entitled: [], isLent: false }],
            },
          }
  },
}

const NOBODYS = 'nobodys-credential'
