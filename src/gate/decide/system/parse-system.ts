import * as v from 'valibot'
import { failure, type Result, success } from '../../../kernel/result.ts'
import { type AgentSystem, guardModes } from './system.ts'

// A system as an entry of the ledger carries it. Whoever can write there may have written anything.

const names = v.array(v.string())
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))
const small = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))
const budget = v.strictObject({
  calls: v.optional(count),
  destructive: v.optional(count),
  delegations: v.optional(count),
})

const schema = v.strictObject({
  labels: v.pipe(v.array(v.strictObject({ name: v.string(), isProtected: v.boolean() })), v.maxLength(64)),
  credentials: v.array(v.strictObject({ name: v.string(), entitled: names, isLent: v.boolean() })),
  tools: v.pipe(
    v.array(
      v.strictObject({
        name: v.string(),
        needs: names,
        reads: names,
        isUntrusted: v.boolean(),
        isSink: v.boolean(),
        accepts: names,
        isDestructive: v.boolean(),
        needsApproval: v.boolean(),
        injected: v.picklist(guardModes),
      }),
    ),
    v.maxLength(2_000),
  ),
  agents: v.pipe(
    v.array(
      v.strictObject({
        name: v.string(),
        match: names,
        tools: names,
        ceiling: v.optional(names),
        delegates: v.array(v.strictObject({ to: v.string(), tools: names })),
        messages: v.array(
          v.strictObject({ to: v.string(), carries: v.optional(names), isSanitised: v.boolean() }),
        ),
      }),
    ),
    v.maxLength(2_000),
  ),
  approvals: v.strictObject({
    once: v.boolean(),
    sameArguments: v.boolean(),
    fresh: v.boolean(),
    outstanding: small,
  }),
  delegation: v.strictObject({ depth: small, narrows: v.boolean() }),
  revocation: v.strictObject({ enforced: v.boolean(), cascades: v.boolean() }),
  budget,
  claims: v.strictObject({
    depth: small,
    never: v.array(
      v.strictObject({
        agent: v.optional(v.string()),
        tool: v.string(),
        isInjected: v.boolean(),
        holding: v.optional(v.string()),
      }),
    ),
    budget: v.optional(budget),
  }),
  undeclared: v.picklist(['rules', 'deny']),
})

/** Reads a system back; every name in it must mean something in it. */
export function parseSystem(value: unknown): Result<AgentSystem, 'system-malformed'> {
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) return failure('system-malformed')
  const system = parsed.output as AgentSystem
  const known = {
    agents: new Set(system.agents.map(({ name }) => name)),
    labels: new Set(system.labels.map(({ name }) => name)),
  }
  const edges = system.agents.flatMap(({ delegates, messages }) => [...delegates, ...messages])
  const labels = [
    ...system.tools.flatMap(({ reads, accepts }) => [...reads, ...accepts]),
    ...system.agents.flatMap(({ messages }) => messages.flatMap(({ carries }) => carries ?? [])),
  ]
  const isWhole =
    edges.every(({ to }) => known.agents.has(to)) && labels.every((name) => known.labels.has(name))
  return isWhole ? success(system) : failure('system-malformed')
}
