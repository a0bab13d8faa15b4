import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type {
  Context,
  DetailedError,
  PolicyJson,
  StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'
import { GateError } from '../../../kernel/gate-error.ts'
import type { JudgedAct } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { cedarSchema } from './cedar-schema.ts'

/** A Cedar file as it was read; `file` is for messages. */
export type CedarSource = { readonly file: string; readonly text: string }

/** Who acts, as far as the gate knows. */
export type Principal = { readonly tenant: string; readonly agent: string; readonly person: string }

/** What the gate found out about an act. */
export type Found = {
  readonly facts: readonly string[]
  readonly destinations: readonly string[]
  readonly bytes: number
}

const NAME = 'cedar'
/** Answers kept: an agent calls the same few tools again and again, and an evaluation costs a fraction of a millisecond. */
const ANSWERS_MAX = 10_000
const NAME_CHARACTERS_MAX = 256

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs')

/** Who may do what, as Cedar says it. Its answer is a fact like any other: the one table decides what follows. */
export class CedarRules {
  readonly #cedar: Cedar
  readonly #set: string
  /** Parts of the context that differ from act to act are left out where no policy reads them. */
  readonly #reads: { readonly session: boolean; readonly bytes: boolean }
  readonly #answers = new Map<string, readonly Finding[]>()

  private constructor(cedar: Cedar, set: string, text: string) {
    this.#cedar = cedar
    this.#set = set
    this.#reads = { session: /\bsession\b/.test(text), bytes: /\bbytes\b/.test(text) }
  }

  /** Checks every policy against the schema. Loads Cedar itself, so a gate without Cedar files never pays for it. */
  static load(sources: readonly CedarSource[]): CedarRules {
    const cedar = loadCedar()
    const policies = Object.fromEntries(readPolicies(cedar, sources).map(({ id, text }) => [id, text]))
    const text = JSON.stringify(policies)
    const set = createHash('sha256').update(text).digest('hex')
    const parsed = cedar.preparsePolicySet(set, { staticPolicies: policies })
    if (parsed.type === 'failure') throw invalid('cedar', 1, messageOf(parsed.errors))
    return new CedarRules(cedar, set, text)
  }

  /** What an agent gets back is no action of its own, so results are not asked about. */
  judge(act: JudgedAct, principal: Principal, found: Found): readonly Finding[] {
    if (act.kind === 'result') return []
    const call = this.#callOf(act, principal, found)
    const key = JSON.stringify(call)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const findings = this.#ask(call)
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear()
    this.#answers.set(key, findings)
    return findings
  }

  #ask(call: StatefulAuthorizationCall): readonly Finding[] {
    const answer = this.#cedar.statefulIsAuthorized(call)
    if (answer.type === 'failure') return [failed('Cedar could not read the request')]
    const { decision, diagnostics } = answer.response
    // A forbid that cannot be evaluated might have applied.
    const [error] = diagnostics.errors
    if (error !== undefined) return [failed(`the policy ${error.policyId} failed on this act`)]
    if (decision === 'allow') return []
    const [id] = diagnostics.reason
    return id === undefined
      ? [{ ...says('policy.not-permitted', 'no policy permits this'), rule: 'cedar' }]
      : [{ ...says('policy.forbidden', `the policy ${id} forbids this`), rule: `cedar.${id}` }]
  }

  #callOf(
    act: Exclude<JudgedAct, { kind: 'result' }>,
    { tenant, agent, person }: Principal,
    found: Found,
  ): StatefulAuthorizationCall {
    const resource = resourceOf(act)
    const context: Context = {
      ...{ agent, person, tenant, tool: act.kind === 'call' ? cut(act.tool) : '' },
      session: this.#reads.session ? act.session : '',
      facts: [...new Set(found.facts)].sort(),
      destinations: [...found.destinations].sort(),
      bytes: this.#reads.bytes ? found.bytes : 0,
    }
    const uid = { type: 'Agent', id: agent }
    return {
      principal: uid,
      action: { type: 'Action', id: act.kind },
      resource,
      context,
      preparsedPolicySetId: this.#set,
      entities: [{ uid, attrs: { tenant, person }, parents: [{ type: 'Tenant', id: tenant }] }],
    }
  }
}

/** A policy by its name: `@id("…")`, or the file's name and a number. */
export type CedarPolicy = { readonly id: string; readonly text: string; readonly json: PolicyJson }

/** The policies of the files, each as data; refused like `load` refuses them. */
export function cedarPolicies(sources: readonly CedarSource[]): readonly CedarPolicy[] {
  return readPolicies(loadCedar(), sources)
}

function loadCedar(): Cedar {
  return createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs')
}

function readPolicies(cedar: Cedar, sources: readonly CedarSource[]): readonly CedarPolicy[] {
  const ids = new Set<string>()
  return sources.flatMap((source) =>
    policiesOf(cedar, source).map((policy) => {
      if (ids.has(policy.id)) throw invalid(source.file, 1, `another policy is called ${policy.id}`)
      ids.add(policy.id)
      return policy
    }),
  )
}

function resourceOf(act: Exclude<JudgedAct, { kind: 'result' }>): { type: string; id: string } {
  switch (act.kind) {
    case 'call':
      return { type: 'Tool', id: cut(act.tool) }
    case 'command':
      return { type: 'Shell', id: 'shell' }
    case 'message':
      return { type: 'Agent', id: cut(act.to) }
    case 'write':
      return { type: 'File', id: cut(act.path) }
  }
}

function cut(name: string): string {
  return name.slice(0, NAME_CHARACTERS_MAX)
}

function says(fact: string, summary: string): Finding {
  return { detector: NAME, fact, severity: 'critical', summary }
}

function failed(summary: string): Finding {
  return { detector: NAME, fact: 'detector-failed', severity: 'high', summary }
}

function policiesOf(cedar: Cedar, { file, text }: CedarSource): readonly CedarPolicy[] {
  const parsed = cedar.checkParsePolicySet({ staticPolicies: text })
  if (parsed.type === 'failure') throw invalidAt(file, text, parsed.errors)
  const valid = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: cedarSchema,
    policies: { staticPolicies: text },
  })
  if (valid.type === 'failure') throw invalidAt(file, text, valid.errors)
  const errors = valid.validationErrors.map(({ error }) => error)
  if (errors.length > 0) throw invalidAt(file, text, errors)
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure') throw invalidAt(file, text, parts.errors)
  if (parts.policy_templates.length > 0) throw invalid(file, 1, 'templates have nothing to be linked to here')
  return parts.policies.map((policy, index) => {
    const json = cedar.policyToJson(policy)
    if (json.type === 'failure') throw invalidAt(file, text, json.errors)
    const id = json.json.annotations?.id ?? `${file.split('/').at(-1)}.${index + 1}`
    return { id, text: policy, json: json.json }
  })
}

function invalidAt(file: string, text: string, errors: readonly DetailedError[]): GateError {
  const start = errors[0]?.sourceLocations?.[0]?.start ?? 0
  // Places are in bytes of UTF-8.
  const before = Buffer.from(text).subarray(0, start).toString('utf8')
  return invalid(file, before.split('\n').length, messageOf(errors))
}

function messageOf(errors: readonly DetailedError[]): string {
  const [first] = errors
  const more = first?.sourceLocations?.[0]?.label ?? first?.help
  // The names that Cedar gives unnamed policies mean nothing to whoever wrote the file.
  const message = (first?.message ?? 'not a policy').replace(/^for policy `[^`]+`, /, '')
  return more ? `${message} (${more})` : message
}

function invalid(file: string, line: number, reason: string): GateError {
  return new GateError('policy-invalid', `${file}:${line}: ${reason}`)
}
