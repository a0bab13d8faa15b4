import type { CedarPolicy } from '../../gate/decide/cedar/cedar.ts'
import type { Universe } from './cedar-request.ts'
import { CedarTerms, Outside, type Term } from './cedar-terms.ts'
import { and, not, or } from './smt.ts'

export type PolicyFormula =
  | { readonly kind: 'formula'; readonly smt: string }
  /** It uses something that is not compared. */
  | { readonly kind: 'outside'; readonly what: string }

/** When a policy applies, as a formula over the unknowns of a request. */
export function applies({ json }: CedarPolicy, universe: Universe): PolicyFormula {
  const terms = new CedarTerms(universe)
  try {
    const scope = [
      scoped(terms, json.principal, terms.principal),
      scoped(terms, json.action, terms.action),
      scoped(terms, json.resource, terms.resource),
    ]
    const conditions = json.conditions.map(({ kind, body }) => {
      const holds = terms.flag(body)
      return kind === 'when' ? holds : not(holds)
    })
    return { kind: 'formula', smt: and([...scope, ...conditions]) }
  } catch (error) {
    if (error instanceof Outside) return { kind: 'outside', what: error.message }
    throw error
  }
}

/** What policies permit: some permit applies and no forbid does. */
export function permitted(
  policies: readonly CedarPolicy[],
  formulaOf: (policy: CedarPolicy) => string,
): string {
  const of = (effect: string) => policies.filter(({ json }) => json.effect === effect).map(formulaOf)
  return and([or(of('permit')), not(or(of('forbid')))])
}

type Entity = { readonly type: string; readonly id: string }

/** A scope as policies write it as data: anything, one entity, what is in one or of a type. */
type Scope = {
  readonly op: string
  readonly entity?: unknown
  readonly entities?: readonly unknown[]
  readonly entity_type?: string
  readonly in?: unknown
}

function scoped(terms: CedarTerms, scope: Scope, subject: Term): string {
  const entity = (value: unknown): Term => terms.entity(uid(value))
  switch (scope.op) {
    case 'All':
      return 'true'
    case '==':
      return terms.equal(subject, entity(scope.entity))
    case 'in':
      return or((scope.entities ?? [scope.entity]).map((each) => terms.isIn(subject, entity(each))))
    case 'is': {
      const isType = terms.isType(subject, scope.entity_type ?? '')
      return scope.in === undefined ? isType : and([isType, terms.isIn(subject, entity(entityOf(scope.in)))])
    }
    default:
      throw new Outside(`a scope with ${scope.op}`)
  }
}

function entityOf(within: unknown): unknown {
  return (within as { readonly entity?: unknown }).entity
}

function uid(value: unknown): Entity {
  const given = value as { readonly __entity?: Entity } & Partial<Entity>
  const { type, id } = given?.__entity ?? given ?? {}
  if (type === undefined || id === undefined) throw new Outside('a slot of a template')
  return { type, id }
}

/** Every text that the policies write down, so that sets can be told apart by it. */
export function textsIn(policies: readonly CedarPolicy[]): Universe {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') found.add(value)
    else if (Array.isArray(value)) for (const each of value) visit(each)
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value))
        if (name !== 'Var' && name !== 'attr' && name !== 'entity_type' && name !== 'type') visit(each)
  }
  for (const { json } of policies) {
    visit([json.principal, json.resource].map((scope) => ({ ...scope, op: undefined })))
    for (const { body } of json.conditions) visit(body)
  }
  return [...found]
}
