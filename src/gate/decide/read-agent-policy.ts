import * as v from 'valibot'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { budgetsOf, budgetsSchema, type WrittenBudgets } from '../../config/budgets.ts'
import { expectation, malformed, unknownField } from '../../config/problem-words.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { agentActions } from '../decision.ts'
import { severities } from '../finding.ts'
import type { AgentPolicy } from './agent-policy.ts'
import { readSystem, systemSchema } from './system/read-system.ts'

/** A policy longer than this is no file a person can read. */
const POLICY_CHARACTERS_MAX = 1_048_576
const RULES_MAX = 1_000

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
const fact = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*(\.\*)?$|^\*$/, 'a fact, like shell.reverse or destroy.*'),
)

const schema = v.strictObject({
  name,
  summary: v.optional(v.string()),
  detectors: v.pipe(v.array(name), v.minLength(1)),
  rules: v.pipe(
    v.array(
      v.strictObject({
        name,
        facts: v.pipe(v.array(fact), v.minLength(1)),
        severity: v.optional(v.picklist(severities), 'info'),
        action: v.picklist(agentActions),
      }),
    ),
    v.maxLength(RULES_MAX),
  ),
  tools: v.optional(
    v.strictObject({
      trusted: v.optional(v.array(name), []),
      sinks: v.optional(v.array(name), []),
      readers: v.optional(v.array(name), []),
    }),
    { trusted: [], sinks: [], readers: [] },
  ),
  secrets: v.optional(v.array(v.strictObject({ name, value: v.pipe(v.string(), v.minLength(8)) })), []),
  budgets: v.optional(budgetsSchema),
  system: v.optional(systemSchema),
  cedar: v.optional(v.array(name), []),
})

/** Reads a policy; `file` is only for messages, which say the line and the field. `budgets` go over its own. */
export function readAgentPolicy(
  text: string,
  file: string,
  detectors: readonly string[],
  budgets?: WrittenBudgets,
  textOf?: (file: string) => string,
): AgentPolicy {
  if (text.length > POLICY_CHARACTERS_MAX)
    throw new GateError('policy-invalid', `${file}: longer than ${POLICY_CHARACTERS_MAX} characters`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const broken = document.errors[0]
  if (broken !== undefined)
    throw new GateError(
      'policy-invalid',
      `${file}:${lines.linePos(broken.pos[0]).line}: ${malformed(broken)}`,
    )
  const complain = (path: readonly (string | number)[], reason: string): never => {
    const at = lines.linePos(positionOf(document, path)).line
    throw new GateError('policy-invalid', `${file}:${at}: ${path.join('.') || 'policy'}: ${reason}`)
  }
  const parsed = v.safeParse(schema, document.toJS({ maxAliasCount: 0 }))
  if (!parsed.success) {
    // A field by a wrong name is also one that is missing: the name is what has to be mended.
    const issue = parsed.issues.find(isUnknownField) ?? parsed.issues[0]
    const path = (issue.path ?? [])
      .map((step) => step.key)
      .filter((key) => typeof key === 'string' || typeof key === 'number')
    return complain(path, reasonOf(issue, path))
  }
  const policy = parsed.output
  policy.detectors.forEach((detector, index) => {
    if (!detectors.includes(detector))
      complain(['detectors', index], `there is no detector '${detector}'; there are ${detectors.join(', ')}`)
  })
  const repeated = policy.rules.findIndex(
    (rule, index) => policy.rules.findIndex((each) => each.name === rule.name) !== index,
  )
  if (repeated >= 0) complain(['rules', repeated, 'name'], 'another rule has this name')
  return {
    name: policy.name,
    detectors: policy.detectors,
    rules: policy.rules,
    tools: policy.tools,
    secrets: policy.secrets,
    budgets: budgetsOf(policy.budgets, budgets),
    cedar: policy.cedar.map((each, index) => ({
      file: each,
      text: textOf?.(each) ?? complain(['cedar', index], 'a policy that is no file cannot name files'),
    })),
    system: policy.system === undefined ? undefined : readSystem(policy.system, complain),
  }
}

/** Where the field stands, or the nearest thing around it that is written. */
function positionOf(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function isUnknownField({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never'
}

function reasonOf(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
  if (isUnknownField(issue)) return unknownField(schema, path)
  return issue.input === undefined ? 'this field is needed' : expectation(issue)
}
