import {
  actions,
  member,
  NAME_CHARACTERS_MAX,
  others,
  type SetName,
  SHELL,
  sets,
  type Universe,
} from './cedar-request.ts'
import { and, either, not, or, textLiteral, wholeLiteral } from './smt.ts'

/** A policy uses something that is not compared; the message names it. */
export class Outside extends Error {}

export type Term =
  | { readonly kind: 'flag' | 'number' | 'text'; readonly smt: string }
  /** One of the sets of a request. */
  | { readonly kind: 'held'; readonly set: SetName }
  | { readonly kind: 'set'; readonly items: readonly Term[] }
  /** Which entity it is depends on the act. */
  | { readonly kind: 'entity'; readonly cases: readonly EntityCase[] }
  | { readonly kind: 'context' }

type EntityCase = { readonly when: string; readonly type: string; readonly id: string }

const action = (name: (typeof actions)[number]): string => `(= action ${actions.indexOf(name)})`

const isShell = `"${SHELL}"`

/** What the schema gives the context; the sets come on their own. */
const contextTexts: ReadonlyMap<string, string> = new Map([
  ...['agent', 'person', 'tenant', 'session'].map((name) => [name, name] as const),
  ['tool', `(ite ${action('call')} resource "")`],
])

/** Operands as policies write them as data. */
type Operands = {
  readonly left?: unknown
  readonly right?: unknown
  readonly arg?: unknown
  readonly attr?: unknown
  readonly pattern?: readonly unknown[]
  readonly entity_type?: string
  readonly in?: unknown
  readonly if?: unknown
  readonly then?: unknown
  readonly else?: unknown
}

/** Turns Cedar's expressions into terms over the unknowns of a request. None of these can fail on a request. */
export class CedarTerms {
  readonly principal: Term = { kind: 'entity', cases: [{ when: 'true', type: 'Agent', id: 'agent' }] }
  readonly action: Term = {
    kind: 'entity',
    cases: actions.map((name) => ({ when: action(name), type: 'Action', id: `"${name}"` })),
  }
  readonly resource: Term = {
    kind: 'entity',
    cases: [
      { when: action('call'), type: 'Tool', id: 'resource' },
      { when: action('command'), type: 'Shell', id: isShell },
      { when: action('message'), type: 'Agent', id: 'resource' },
      { when: action('write'), type: 'File', id: 'resource' },
    ],
  }
  readonly #universe: Universe

  constructor(universe: Universe) {
    this.#universe = universe
  }

  flag(expression: unknown): string {
    const term = this.term(expression)
    if (term.kind !== 'flag') throw new Outside(`a condition that is ${term.kind}`)
    return term.smt
  }

  term(expression: unknown): Term {
    const [operator, operands] = Object.entries(expression as object)[0] as [string, unknown]
    switch (operator) {
      case 'Value':
        return this.#value(operands)
      case 'Var':
        return this.#variable(String(operands))
      case 'Set':
        return { kind: 'set', items: (operands as readonly unknown[]).map((each) => this.term(each)) }
      default:
        return this.#operation(operator, operands as Operands)
    }
  }

  entity({ type, id }: { readonly type: string; readonly id: string }): Term {
    return { kind: 'entity', cases: [{ when: 'true', type, id: literal(id) }] }
  }

  equal(left: Term, right: Term): string {
    if (left.kind === 'entity' && right.kind === 'entity')
      return or(
        left.cases.flatMap((one) =>
          right.cases
            .filter(({ type }) => type === one.type)
            .map((other) => and([one.when, other.when, same(one.id, other.id)])),
        ),
      )
    if (left.kind === 'held' && right.kind === 'held' && left.set === right.set) return 'true'
    if (isSet(left) && isSet(right))
      return and([this.#containsAll(left, right), this.#containsAll(right, left)])
    if ('smt' in left && 'smt' in right && left.kind === right.kind) return same(left.smt, right.smt)
    throw new Outside(`comparing ${left.kind} with ${right.kind}`)
  }

  isType(subject: Term, type: string): string {
    return or(entityCases(subject).flatMap((each) => (each.type === type ? [each.when] : [])))
  }

  /** An agent that acts is in its tenant; nothing else is in anything but itself. */
  isIn(subject: Term, target: Term): string {
    if (target.kind === 'set') return or(target.items.map((each) => this.isIn(subject, each)))
    const tenants = entityCases(target).filter(({ type }) => type === 'Tenant')
    const inTenant = or(tenants.map(({ when, id }) => and([when, same('tenant', id)])))
    return or([this.equal(subject, target), and([this.equal(subject, this.principal), inTenant])])
  }

  #value(value: unknown): Term {
    switch (typeof value) {
      case 'boolean':
        return { kind: 'flag', smt: String(value) }
      case 'number':
        if (!Number.isSafeInteger(value)) throw new Outside('a number beyond 2^53')
        return { kind: 'number', smt: wholeLiteral(value) }
      case 'string':
        return { kind: 'text', smt: literal(value) }
      default:
    }
    if (Array.isArray(value)) return { kind: 'set', items: value.map((each) => this.#value(each)) }
    const uid = (value as { readonly __entity?: { type: string; id: string } } | null)?.__entity
    if (uid === undefined) throw new Outside('a record or an extension value')
    return this.entity(uid)
  }

  #variable(name: string): Term {
    switch (name) {
      case 'principal':
        return this.principal
      case 'action':
        return this.action
      case 'resource':
        return this.resource
      default:
        return { kind: 'context' }
    }
  }

  #operation(operator: string, operands: Operands): Term {
    const left = () => this.term(operands.left)
    const right = () => this.term(operands.right)
    const flag = (smt: string): Term => ({ kind: 'flag', smt })
    switch (operator) {
      case '!':
        return flag(not(this.flag(operands.arg)))
      case '&&':
        return flag(and([this.flag(operands.left), this.flag(operands.right)]))
      case '||':
        return flag(or([this.flag(operands.left), this.flag(operands.right)]))
      case '==':
        return flag(this.equal(left(), right()))
      case '!=':
        return flag(not(this.equal(left(), right())))
      case '<':
      case '<=':
      case '>':
      case '>=':
        return flag(`(${operator} ${numberOf(left())} ${numberOf(right())})`)
      case 'in':
        return flag(this.isIn(left(), right()))
      case 'is': {
        const isType = this.isType(left(), operands.entity_type ?? '')
        return flag(
          operands.in === undefined ? isType : and([isType, this.isIn(left(), this.term(operands.in))]),
        )
      }
      case 'contains':
        return flag(this.#contains(left(), right()))
      case 'containsAll':
        return flag(this.#containsAll(left(), right()))
      case 'containsAny':
        return flag(this.#containsAny(left(), right()))
      case 'isEmpty':
        return flag(this.#isEmpty(this.term(operands.arg)))
      case 'like':
        return flag(like(left(), operands.pattern ?? []))
      case 'has':
        return flag(this.#has(left(), operands.attr))
      case '.':
        return this.#attribute(left(), String(operands.attr))
      case 'if-then-else':
        return this.#either(operands)
      default:
        throw new Outside(`${operator}`)
    }
  }

  #either(operands: Operands): Term {
    const when = this.flag(operands.if)
    const [one, other] = [this.term(operands.then), this.term(operands.else)]
    if ('smt' in one && 'smt' in other && one.kind === other.kind)
      return { kind: one.kind, smt: either(when, one.smt, other.smt) }
    if (one.kind === 'entity' && other.kind === 'entity') {
      const under = (cases: readonly EntityCase[], condition: string) =>
        cases.map((each) => ({ ...each, when: and([condition, each.when]) }))
      return { kind: 'entity', cases: [...under(one.cases, when), ...under(other.cases, not(when))] }
    }
    throw new Outside(`if-then-else between ${one.kind} and ${other.kind}`)
  }

  #attribute(of: Term, name: string): Term {
    const text = (smt: string): Term => ({ kind: 'text', smt })
    if (of.kind === 'context') {
      const known = contextTexts.get(name)
      if (known !== undefined) return text(known)
      const set = sets.find((each) => each === name)
      if (set !== undefined) return { kind: 'held', set }
      if (name === 'bytes') return { kind: 'number', smt: 'bytes' }
    }
    if (of === this.principal && (name === 'tenant' || name === 'person')) return text(name)
    throw new Outside(of === this.resource ? `resource.${name}` : `the attribute ${name}`)
  }

  #has(of: Term, attribute: unknown): string {
    if (typeof attribute !== 'string') throw new Outside('has with a path')
    if (of.kind === 'context')
      return String(
        contextTexts.has(attribute) || attribute === 'bytes' || sets.some((set) => set === attribute),
      )
    if (of === this.principal) return String(attribute === 'tenant' || attribute === 'person')
    throw new Outside(`has ${attribute} of anything but the principal and the context`)
  }

  #contains(set: Term, item: Term): string {
    if (set.kind === 'set') return or(set.items.map((each) => this.equal(each, item)))
    if (set.kind !== 'held') throw new Outside(`contains of ${set.kind}`)
    return member(set.set, this.#place(item, set.set))
  }

  #containsAll(set: Term, all: Term): string {
    if (all.kind === 'set') return and(all.items.map((each) => this.#contains(set, each)))
    if (all.kind !== 'held') throw new Outside(`containsAll of ${all.kind}`)
    if (set.kind !== 'set') throw new Outside('containsAll between two sets of the request')
    const places = new Set(set.items.map((each) => this.#place(each, all.set)))
    const beyond = [...this.#universe.keys()].filter((at) => !places.has(at))
    return and([...beyond.map((at) => not(member(all.set, at))), not(others(all.set))])
  }

  #containsAny(left: Term, right: Term): string {
    if (right.kind === 'set') return or(right.items.map((each) => this.#contains(left, each)))
    if (left.kind === 'set') return or(left.items.map((each) => this.#contains(right, each)))
    throw new Outside('containsAny between two sets of the request')
  }

  #isEmpty(set: Term): string {
    if (set.kind === 'set') return String(set.items.length === 0)
    return this.#containsAll({ kind: 'set', items: [] }, set)
  }

  /** Sets of the request are only told apart by texts that the policies write down. */
  #place(item: Term, set: SetName): number {
    const at = item.kind === 'text' ? this.#universe.findIndex((text) => literal(text) === item.smt) : -1
    if (at < 0) throw new Outside(`asking context.${set} for what is written nowhere`)
    return at
  }
}

function isSet(term: Term): boolean {
  return term.kind === 'set' || term.kind === 'held'
}

function entityCases(term: Term): readonly EntityCase[] {
  if (term.kind !== 'entity') throw new Outside(`${term.kind} where an entity belongs`)
  return term.cases
}

function numberOf(term: Term): string {
  if (term.kind !== 'number') throw new Outside(`an order of ${term.kind}`)
  return term.smt
}

function literal(text: string): string {
  const quoted = text.length > NAME_CHARACTERS_MAX ? undefined : textLiteral(text)
  if (quoted === undefined) throw new Outside('a very long text, or one with very rare characters')
  return quoted
}

function same(left: string, right: string): string {
  if (left === right) return 'true'
  return left.startsWith('"') && right.startsWith('"') ? 'false' : `(= ${left} ${right})`
}

/** `*` is any number of any characters, as in Cedar. */
function like(subject: Term, pattern: readonly unknown[]): string {
  if (subject.kind !== 'text') throw new Outside(`like of ${subject.kind}`)
  const parts = pattern.map((part) =>
    part === 'Wildcard' ? 're.all' : `(str.to_re ${literal((part as { readonly Literal: string }).Literal)})`,
  )
  if (parts.length === 0) return same(subject.smt, '""')
  return `(str.in_re ${subject.smt} ${parts.length === 1 ? parts[0] : `(re.++ ${parts.join(' ')})`})`
}
