// Temporal formulas over atoms: [] and <> are all TLA+ has, the rest is boolean. Negations are pushed to the atoms.

import type { Compiler } from './compiler.ts'
import { TlaFailure } from './failure.ts'
import { addDefinition } from './modules.ts'
import { partOf } from './parts.ts'
import { assemble, type Scoped } from './program.ts'
import { type Binding, Scope } from './scope.ts'
import { opening } from './specification.ts'
import type { Bound, Expr, ExprOf } from './syntax.ts'
import { TlaSet, type Value } from './values.ts'

export type Formula = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'atom'; readonly atom: number; readonly isNegated: boolean }
  | { readonly kind: 'and' | 'or'; readonly items: readonly Formula[] }
  | { readonly kind: 'always' | 'eventually'; readonly body: Formula }
)

export type Atom = Scoped & { readonly isStep: boolean }

export type Fairness =
  | { readonly kind: 'weak' | 'strong'; readonly enabled: number; readonly step: number }
  | { readonly kind: 'formula'; readonly formula: Formula }

/** What the liveness check does not understand; the property is then reported as not checked. */
export class BeyondLiveness extends Error {}

/** Elements a quantifier over temporal formulas may range over. */
const EXPANDED_MAX = 200

export class Formulas {
  readonly atoms: Atom[] = []
  readonly #c: Compiler
  readonly #numbers = new Map<Scope, Map<Expr, number>>()
  readonly #derived = new Map<Expr, { enabled: Expr; step: Expr }>()

  constructor(c: Compiler) {
    this.#c = c
  }

  /** The formula, or its negation. */
  build({ expr, scope }: Scoped, isNegated: boolean): Formula {
    if (this.#c.analysis.level(expr, scope) <= 2) {
      const split = this.#boolean({ expr, scope }, isNegated)
      return split ?? this.#atom({ expr, scope }, isNegated)
    }
    const formula = this.#boolean({ expr, scope }, isNegated) ?? this.#temporal({ expr, scope }, isNegated)
    if (formula) return formula
    const opened = opening(this.#c, { expr, scope })
    if (!opened) throw new BeyondLiveness('a temporal formula of this form is not supported')
    return this.build(opened, isNegated)
  }

  /** The conjuncts of a specification's fairness, each WF and SF on its own. */
  fairness({ expr, scope }: Scoped): Fairness[] {
    if (expr.kind === 'and') return expr.items.flatMap((item) => this.fairness({ expr: item, scope }))
    if (expr.kind === 'forall')
      return this.#expand(expr.bounds, scope).flatMap((inner) =>
        this.fairness({ expr: expr.body, scope: inner }),
      )
    if (expr.kind === 'let') return this.fairness({ expr: expr.body, scope: this.#let(expr, scope) })
    if (expr.kind === 'fairness') {
      const { enabled, step } = this.#derive(expr)
      return [
        {
          kind: expr.isStrong ? 'strong' : 'weak',
          enabled: this.#number({ expr: enabled, scope }, false),
          step: this.#number({ expr: step, scope }, true),
        },
      ]
    }
    const opened =
      expr.kind === 'apply' || expr.kind === 'path' ? opening(this.#c, { expr, scope }) : undefined
    if (opened) return this.fairness(opened)
    return [{ kind: 'formula', formula: this.build({ expr, scope }, false) }]
  }

  #boolean({ expr, scope }: Scoped, isNegated: boolean): Formula | undefined {
    const each = (items: readonly Expr[], kind: 'and' | 'or'): Formula =>
      junction(
        isNegated === (kind === 'and') ? 'or' : 'and',
        items.map((item) => this.build({ expr: item, scope }, isNegated)),
      )
    if (this.#c.analysis.level(expr, scope) < 2) return undefined
    switch (expr.kind) {
      case 'and':
      case 'or':
        return each(expr.items, expr.kind)
      case 'forall':
      case 'exists': {
        if (this.#c.analysis.level(expr, scope) < 3) return undefined
        const items = this.#expand(expr.bounds, scope).map((inner) =>
          this.build({ expr: expr.body, scope: inner }, isNegated),
        )
        return junction(isNegated === (expr.kind === 'forall') ? 'or' : 'and', items)
      }
      case 'if': {
        if (this.#c.analysis.level(expr, scope) < 3) return undefined
        const branch = (test: boolean, value: Expr): Formula =>
          junction('or', [
            this.build({ expr: expr.test, scope }, test),
            this.build({ expr: value, scope }, isNegated),
          ])
        return junction('and', [branch(true, expr.yes), branch(false, expr.no)])
      }
      case 'let':
        return this.build({ expr: expr.body, scope: this.#let(expr, scope) }, isNegated)
      case 'part':
        return this.build(partOf(this.#c, expr, scope), isNegated)
      case 'apply':
        return this.#operator(expr, scope, isNegated)
      default:
        return undefined
    }
  }

  #operator(expr: ExprOf<'apply'>, scope: Scope, isNegated: boolean): Formula | undefined {
    const [left, right] = expr.args
    if (expr.name === '~' && left) return this.build({ expr: left, scope }, !isNegated)
    if (!left || !right) return undefined
    if (expr.name === '=>') return this.#implies({ expr: left, scope }, { expr: right, scope }, isNegated)
    if (expr.name === '<=>') {
      const there = this.#implies({ expr: left, scope }, { expr: right, scope }, isNegated)
      const back = this.#implies({ expr: right, scope }, { expr: left, scope }, isNegated)
      return junction(isNegated ? 'or' : 'and', [there, back])
    }
    return undefined
  }

  #implies(left: Scoped, right: Scoped, isNegated: boolean): Formula {
    return junction(isNegated ? 'and' : 'or', [this.build(left, !isNegated), this.build(right, isNegated)])
  }

  #temporal({ expr, scope }: Scoped, isNegated: boolean): Formula | undefined {
    if (expr.kind === 'fairness') {
      const { enabled, step } = this.#derive(expr)
      const taken = modal('always', modal('eventually', this.#atom({ expr: step, scope }, false)))
      const idle = modal('eventually', this.#atom({ expr: enabled, scope }, true))
      // WF: the action is disabled or taken again and again. SF: it is disabled from some point on, or taken so.
      const fair = expr.isStrong
        ? junction('or', [
            modal('eventually', modal('always', this.#atom({ expr: enabled, scope }, true))),
            taken,
          ])
        : junction('or', [modal('always', idle), taken])
      return isNegated ? negated(fair) : fair
    }
    if (expr.kind !== 'apply') return undefined
    const [left, right] = expr.args
    if (expr.name === '[]' && left)
      return modal(isNegated ? 'eventually' : 'always', this.build({ expr: left, scope }, isNegated))
    if (expr.name === '<>' && left)
      return modal(isNegated ? 'always' : 'eventually', this.build({ expr: left, scope }, isNegated))
    if (expr.name === '~>' && left && right) {
      const leads = junction('or', [
        this.build({ expr: left, scope }, true),
        modal('eventually', this.build({ expr: right, scope }, false)),
      ])
      const always = modal('always', leads)
      return isNegated ? negated(always) : always
    }
    return undefined
  }

  #derive(expr: ExprOf<'fairness'>): { enabled: Expr; step: Expr } {
    const known = this.#derived.get(expr)
    if (known) return known
    const { action, subscript, place } = expr
    const step: Expr = { kind: 'angle', action, subscript, place }
    const made = { step, enabled: { kind: 'apply' as const, name: 'ENABLED', args: [step], place } }
    this.#derived.set(expr, made)
    return made
  }

  #let(expr: ExprOf<'let'>, outer: Scope): Scope {
    const scope = new Scope(outer)
    for (const unit of expr.definitions) {
      if (unit.kind === 'instance')
        throw new BeyondLiveness('INSTANCE in a LET of a temporal formula is not supported')
      addDefinition(unit, scope, this.#c.top)
    }
    return scope
  }

  #expand(bounds: readonly Bound[], outer: Scope): Scope[] {
    let scopes = [outer]
    for (const bound of bounds) {
      if (bound.isTuple) throw new BeyondLiveness('a tuple bound over temporal formulas is not supported')
      if (this.#c.analysis.level(bound.set, outer) > 0)
        throw new BeyondLiveness('a quantifier over temporal formulas must range over a constant set')
      const elements = constantSet(this.#c, { expr: bound.set, scope: outer })
      for (const name of bound.names) {
        scopes = scopes.flatMap((scope) =>
          elements.map((value) => scope.with([[name, { kind: 'value', value } satisfies Binding]])),
        )
      }
      if (scopes.length > EXPANDED_MAX)
        throw new BeyondLiveness(`a quantifier over temporal formulas has more than ${EXPANDED_MAX} cases`)
    }
    return scopes
  }

  #atom(scoped: Scoped, isNegated: boolean): Formula {
    const atom = this.#number(scoped, this.#c.analysis.level(scoped.expr, scoped.scope) >= 2)
    return { kind: 'atom', atom, isNegated, key: `${isNegated ? '!' : ''}${atom}` }
  }

  #number(scoped: Scoped, isStep: boolean): number {
    let numbers = this.#numbers.get(scoped.scope)
    if (!numbers) {
      numbers = new Map()
      this.#numbers.set(scoped.scope, numbers)
    }
    const known = numbers.get(scoped.expr)
    if (known !== undefined) return known
    const number = this.atoms.push({ ...scoped, isStep }) - 1
    numbers.set(scoped.expr, number)
    return number
  }
}

function constantSet(c: Compiler, scoped: Scoped): readonly Value[] {
  const program = assemble(
    c,
    { enumerations: [], values: [{ ...scoped, mode: 'now', isBoolean: false }] },
    { found: () => true, between: () => undefined },
  )
  const value = (program.values[0] as () => Value)()
  if (!(value instanceof TlaSet))
    throw new TlaFailure('A quantifier ranges over something that is not a set.', scoped.expr.place)
  return value.listed().elements
}

export function junction(kind: 'and' | 'or', items: readonly Formula[]): Formula {
  const flat = items.flatMap((item) => (item.kind === kind ? item.items : [item]))
  const distinct = [...new Map(flat.map((item) => [item.key, item])).values()]
  const [only] = distinct
  if (distinct.length === 1 && only) return only
  if (distinct.length === 0)
    return { kind: 'constant', value: kind === 'and', key: kind === 'and' ? 'T' : 'F' }
  return { kind, items: distinct, key: `${kind}(${distinct.map((item) => item.key).join(',')})` }
}

export function modal(kind: 'always' | 'eventually', body: Formula): Formula {
  return body.kind === kind ? body : { kind, body, key: `${kind === 'always' ? 'G' : 'E'}(${body.key})` }
}

export function negated(formula: Formula): Formula {
  switch (formula.kind) {
    case 'constant':
      return { kind: 'constant', value: !formula.value, key: formula.value ? 'F' : 'T' }
    case 'atom': {
      const isNegated = !formula.isNegated
      return { ...formula, isNegated, key: `${isNegated ? '!' : ''}${formula.atom}` }
    }
    case 'and':
    case 'or':
      return junction(formula.kind === 'and' ? 'or' : 'and', formula.items.map(negated))
    case 'always':
    case 'eventually':
      return modal(formula.kind === 'always' ? 'eventually' : 'always', negated(formula.body))
  }
}
