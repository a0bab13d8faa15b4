// What an expression depends on: its level (0 constant, 1 state, 2 action, 3 temporal), whether it reads a JavaScript
// variable of the compiled program, and whether its value may differ from one evaluation to the next.
import type { Binding, OperatorBinding, Scope } from './scope.ts'
import type { Bound, Expr, Unit } from './syntax.ts'

export type Traits = { readonly level: number; readonly isLocal: boolean; readonly isImpure: boolean }

const plain: Traits = { level: 0, isLocal: false, isImpure: false }
const impure: Traits = { level: 1, isLocal: false, isImpure: true }
const temporal = new Set(['[]', '<>', '~>', '-+->'])
const action = new Set(["'", 'UNCHANGED', '\\cdot'])

type Inside = (
  path: Expr & { kind: 'path' },
  scope: Scope,
) => { binding: Binding | undefined; isLocal: boolean }

export class Analysis {
  readonly #recursive = new WeakMap<OperatorBinding, boolean>()
  readonly #operators = new WeakMap<OperatorBinding, Traits>()
  readonly #known = new WeakMap<Scope, Map<Expr, Traits>>()
  readonly #open = new Set<OperatorBinding>()
  #recursions = 0
  readonly #inside: Inside

  constructor(inside: Inside) {
    this.#inside = inside
  }

  of(expr: Expr, scope: Scope): Traits {
    let known = this.#known.get(scope)
    if (!known) {
      known = new Map()
      this.#known.set(scope, known)
    }
    const kept = known.get(expr)
    if (kept) return kept
    const before = this.#recursions
    const traits = this.#walk(expr, scope, new Set())
    if (this.#open.size === 0 || this.#recursions === before) known.set(expr, traits)
    return traits
  }

  level(expr: Expr, scope: Scope): number {
    return this.of(expr, scope).level
  }

  operator(binding: OperatorBinding): Traits {
    const known = this.#operators.get(binding)
    if (known) return known
    if (this.#open.has(binding)) {
      this.#recursive.set(binding, true)
      this.#recursions++
      return plain
    }
    const before = this.#recursions
    this.#open.add(binding)
    const walked = this.#walk(binding.body, binding.scope, new Set(binding.params.map((param) => param.name)))
    this.#open.delete(binding)
    // A definition inside a LET is compiled into that LET's block, so nothing above it may refer to it.
    const traits = binding.frame.depth > 0 ? { ...walked, isLocal: true } : walked
    // What was found while an operator further out is still being walked may be too little to keep.
    if (this.#open.size === 0 || this.#recursions === before) this.#operators.set(binding, traits)
    return traits
  }

  /** Whether the operator refers to itself, directly or through others. */
  isRecursive(binding: OperatorBinding): boolean {
    this.operator(binding)
    return this.#recursive.get(binding) ?? false
  }

  #join(exprs: Iterable<Expr>, scope: Scope, bound: ReadonlySet<string>): Traits {
    let joined = plain
    for (const expr of exprs) joined = join(joined, this.#walk(expr, scope, bound))
    return joined
  }

  #bounds(bounds: readonly Bound[], body: Expr, scope: Scope, bound: ReadonlySet<string>): Traits {
    const sets = this.#join(
      bounds.map((each) => each.set),
      scope,
      bound,
    )
    return join(sets, this.#walk(body, scope, new Set([...bound, ...bounds.flatMap((each) => each.names)])))
  }

  #name(name: string, scope: Scope, bound: ReadonlySet<string>): Traits {
    if (bound.has(name)) return plain
    return this.binding(scope.find(name))
  }

  binding(found: Binding | undefined): Traits {
    switch (found?.kind) {
      case 'operator':
        return this.operator(found)
      case 'variable':
        return { level: 1, isLocal: false, isImpure: false }
      case 'local':
      case 'closure':
        return { level: found.level, isLocal: true, isImpure: false }
      case 'lazy':
        return { ...this.of(found.expr, found.scope), isLocal: true }
      case 'alias':
        return this.of(found.expr, found.scope)
      case 'native':
        return found.native.isImpure ? impure : plain
      default:
        return plain
    }
  }

  #definitions(units: readonly Unit[], body: Expr, scope: Scope, bound: ReadonlySet<string>): Traits {
    const names = new Set(bound)
    for (const unit of units) {
      if ((unit.kind === 'definition' || unit.kind === 'instance') && unit.name !== undefined)
        names.add(unit.name)
    }
    let joined = plain
    for (const unit of units) {
      if (unit.kind === 'definition') {
        const inner = new Set([...names, ...unit.params.map((param) => param.name)])
        joined = join(joined, this.#walk(unit.body, scope, inner))
      } else if (unit.kind === 'instance') {
        joined = join(joined, { level: 2, isLocal: true, isImpure: true })
      }
    }
    return join(joined, this.#walk(body, scope, names))
  }

  #walk(expr: Expr, scope: Scope, bound: ReadonlySet<string>): Traits {
    switch (expr.kind) {
      case 'number':
      case 'string':
      case 'boolean':
        return plain
      case 'at':
        return { level: 0, isLocal: true, isImpure: false }
      case 'apply':
        return this.#apply(expr, scope, bound)
      case 'path': {
        const args = this.#join([...expr.args, ...expr.steps.flatMap((step) => step.args)], scope, bound)
        if (bound.has(expr.steps[0]?.name ?? '')) return { level: 2, isLocal: true, isImpure: true }
        const target = this.#inside(expr, scope)
        return join(args, { ...this.binding(target.binding), isLocal: target.isLocal || bound.size > 0 })
      }
      case 'part':
        return this.#walk(expr.base, scope, bound)
      case 'forall':
      case 'exists':
        return this.#bounds(expr.bounds, expr.body, scope, bound)
      case 'function':
        return this.#bounds(
          expr.bounds,
          expr.body,
          scope,
          expr.self === undefined ? bound : new Set([...bound, expr.self]),
        )
      case 'map':
        return this.#bounds(expr.bounds, expr.value, scope, bound)
      case 'filter':
        return this.#bounds([expr.bound], expr.body, scope, bound)
      case 'choose': {
        const body = this.#walk(expr.body, scope, new Set([...bound, ...expr.names]))
        return expr.set ? join(this.#walk(expr.set, scope, bound), body) : body
      }
      case 'unbounded':
        return this.#walk(expr.body, scope, new Set([...bound, ...expr.names]))
      case 'lambda':
        return this.#walk(expr.body, scope, new Set([...bound, ...expr.params]))
      case 'let':
        return this.#definitions(expr.definitions, expr.body, scope, bound)
      case 'box':
      case 'angle':
        return raise(this.#join([expr.action, expr.subscript], scope, bound), 2)
      case 'fairness':
        return raise(this.#join([expr.action, expr.subscript], scope, bound), 3)
      default:
        return this.#join(children(expr), scope, bound)
    }
  }

  #apply(expr: Expr & { kind: 'apply' }, scope: Scope, bound: ReadonlySet<string>): Traits {
    const args = this.#join(expr.args, scope, bound)
    if (temporal.has(expr.name)) return raise(args, 3)
    if (action.has(expr.name)) return raise(args, 2)
    if (expr.name === 'ENABLED') return { ...args, level: 1 }
    return join(args, this.#name(expr.name, scope, bound))
  }
}

function join(left: Traits, right: Traits): Traits {
  if (left === plain) return right
  if (right === plain) return left
  return {
    level: Math.max(left.level, right.level),
    isLocal: left.isLocal || right.isLocal,
    isImpure: left.isImpure || right.isImpure,
  }
}

function raise(traits: Traits, level: number): Traits {
  return { ...traits, level: Math.max(traits.level, level) }
}

/** The direct subexpressions of an expression that binds nothing. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
    case 'set':
    case 'tuple':
    case 'times':
      return expr.items
    case 'record':
    case 'records':
      return expr.fields.map(([, value]) => value)
    case 'functions':
      return [expr.domain, expr.range]
    case 'index':
      return [expr.base, ...expr.args]
    case 'field':
      return [expr.base]
    case 'except':
      return [
        expr.base,
        ...expr.updates.flatMap((update) => [
          update.value,
          ...update.path.flatMap((step) => (step.kind === 'index' ? step.args : [])),
        ]),
      ]
    case 'if':
      return [expr.test, expr.yes, expr.no]
    case 'case':
      return [...expr.arms.flatMap((arm) => [arm.test, arm.value]), ...(expr.other ? [expr.other] : [])]
    default:
      return []
  }
}
