import * as v from 'valibot'
import { type AgentSystem, guardModes } from './system.ts'

/** More than a person can declare by hand, less than what a verifier cannot hold. */
const AGENTS_MAX = 2_000
const TOOLS_MAX = 2_000
const LABELS_MAX = 64
const DEPTH_MAX = 16
const OUTSTANDING_MAX = 16
const BUDGET_MAX = 1_000_000

const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,127}$/, 'a name of letters, digits and _ - . : /'),
)
const names = v.array(name)
const flag = (fallback: boolean) => v.optional(v.boolean(), fallback)
const limit = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max))
const table = <Schema extends v.GenericSchema>(schema: Schema, max: number) =>
  v.pipe(v.record(name, schema), v.maxEntries(max))

const tool = v.strictObject({
  needs: v.optional(names, []),
  reads: v.optional(names, []),
  untrusted: flag(false),
  sink: flag(false),
  accepts: v.optional(names, []),
  destructive: flag(false),
  /** Destructive tools wait for a person unless the file says otherwise. */
  approval: v.optional(v.picklist(['always', 'never'])),
  /** Sinks and destructive tools refuse a caller that read strangers' words unless the file says otherwise. */
  injected: v.optional(v.picklist(guardModes)),
})

const agent = v.strictObject({
  match: v.optional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256)))),
  tools: v.optional(names, []),
  ceiling: v.optional(names),
  delegates: v.optional(v.record(name, names), {}),
  messages: v.optional(
    v.record(name, v.strictObject({ carries: v.optional(names), sanitised: flag(false) })),
    {},
  ),
})

export const systemSchema = v.strictObject({
  labels: v.optional(table(v.strictObject({ protected: flag(false) }), LABELS_MAX), {}),
  credentials: v.optional(
    table(v.strictObject({ entitled: v.optional(names, []), lent: flag(false) }), TOOLS_MAX),
    {},
  ),
  tools: table(tool, TOOLS_MAX),
  agents: table(agent, AGENTS_MAX),
  approvals: v.optional(
    v.strictObject({
      once: flag(true),
      sameArguments: flag(true),
      fresh: flag(true),
      outstanding: v.optional(limit(OUTSTANDING_MAX), 2),
    }),
    {},
  ),
  delegation: v.optional(v.strictObject({ depth: v.optional(limit(DEPTH_MAX), 2), narrows: flag(true) }), {}),
  revocation: v.optional(v.strictObject({ enforced: flag(true), cascades: flag(true) }), {}),
  budget: v.optional(
    v.strictObject({
      calls: v.optional(limit(BUDGET_MAX)),
      destructive: v.optional(limit(BUDGET_MAX)),
      delegations: v.optional(limit(BUDGET_MAX)),
    }),
    {},
  ),
  claims: v.optional(
    v.strictObject({
      depth: v.optional(limit(DEPTH_MAX), 3),
      never: v.optional(
        v.array(
          v.strictObject({
            agent: v.optional(name),
            tool: name,
            injected: flag(false),
            holding: v.optional(name),
          }),
        ),
        [],
      ),
    }),
    {},
  ),
  undeclared: v.optional(v.picklist(['rules', 'deny']), 'rules'),
})

type Read = v.InferOutput<typeof systemSchema>
type Complain = (path: readonly (string | number)[], reason: string) => never

/** The system that a file declares, once every name in it is known to mean something. */
export function readSystem(read: Read, complain: Complain): AgentSystem {
  checkNames(read, complain)
  return {
    labels: Object.entries(read.labels).map(([label, each]) => ({
      name: label,
      isProtected: each.protected,
    })),
    credentials: Object.entries(read.credentials).map(([credential, { entitled, lent }]) => ({
      name: credential,
      entitled,
      isLent: lent,
    })),
    tools: Object.entries(read.tools).map(([each, declared]) => readTool(each, declared)),
    agents: Object.entries(read.agents).map(([each, declared]) => ({
      name: each,
      match: declared.match ?? [each],
      tools: [...new Set(declared.tools)],
      ceiling: declared.ceiling,
      delegates: Object.entries(declared.delegates).map(([to, tools]) => ({
        to,
        tools: [...new Set(tools)],
      })),
      messages: Object.entries(declared.messages).map(([to, { carries, sanitised }]) => ({
        to,
        carries,
        isSanitised: sanitised,
      })),
    })),
    approvals: read.approvals,
    delegation: read.delegation,
    revocation: read.revocation,
    budget: {
      calls: read.budget.calls,
      destructive: read.budget.destructive,
      delegations: read.budget.delegations,
    },
    claims: {
      depth: read.claims.depth,
      never: read.claims.never.map(({ agent, tool, injected, holding }) => ({
        agent,
        tool,
        isInjected: injected,
        holding,
      })),
    },
    undeclared: read.undeclared,
  }
}

function readTool(each: string, declared: Read['tools'][string]): AgentSystem['tools'][number] {
  const { needs, reads, untrusted, sink, accepts, destructive, approval, injected } = declared
  return {
    name: each,
    needs,
    reads,
    isUntrusted: untrusted,
    isSink: sink,
    accepts,
    isDestructive: destructive,
    needsApproval: approval === undefined ? destructive : approval === 'always',
    injected: injected ?? (sink || destructive ? 'deny' : 'allow'),
  }
}

function checkNames(read: Read, complain: Complain): void {
  const known = (
    what: 'agents' | 'tools' | 'labels' | 'credentials',
    list: readonly string[],
    path: readonly (string | number)[],
  ): void => {
    list.forEach((each, at) => {
      if (!Object.hasOwn(read[what], each))
        complain(['system', ...path, at], `${each} is not among the system's ${what}`)
    })
  }
  for (const [each, { needs, reads, accepts }] of Object.entries(read.tools)) {
    known('credentials', needs, ['tools', each, 'needs'])
    known('labels', reads, ['tools', each, 'reads'])
    known('labels', accepts, ['tools', each, 'accepts'])
  }
  for (const [each, { entitled }] of Object.entries(read.credentials))
    known('agents', entitled, ['credentials', each, 'entitled'])
  for (const [each, { tools, ceiling, delegates, messages }] of Object.entries(read.agents)) {
    known('tools', tools, ['agents', each, 'tools'])
    known('tools', ceiling ?? [], ['agents', each, 'ceiling'])
    for (const [to, passed] of Object.entries(delegates)) {
      peer(read, complain, ['agents', each, 'delegates', to], each, to)
      known('tools', passed, ['agents', each, 'delegates', to])
    }
    for (const [to, { carries }] of Object.entries(messages)) {
      peer(read, complain, ['agents', each, 'messages', to], each, to)
      known('labels', carries ?? [], ['agents', each, 'messages', to, 'carries'])
    }
  }
  read.claims.never.forEach(({ agent, tool, holding }, at) => {
    const path = ['claims', 'never', at]
    if (agent !== undefined) known('agents', [agent], [...path, 'agent'])
    known('tools', [tool], [...path, 'tool'])
    if (holding !== undefined) known('labels', [holding], [...path, 'holding'])
  })
}

function peer(
  read: Read,
  complain: Complain,
  path: readonly (string | number)[],
  from: string,
  to: string,
): void {
  if (!Object.hasOwn(read.agents, to)) complain(['system', ...path], `${to} is not among the system's agents`)
  if (from === to) complain(['system', ...path], 'an agent needs no edge to itself')
}
