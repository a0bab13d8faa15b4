// Which parameters an operator surely evaluates: those come as values, the others delayed, so that an argument
// without a value does no harm where it is not looked at, and recursion ends where TLC's does.
import { children } from './analysis.ts'
import type { OperatorBinding, Scope } from './scope.ts'
import type { Bound, Expr } from './syntax.ts'

type Names = ReadonlySet<string>

const none: Names = new Set()
const known = new WeakMap<OperatorBinding, readonly boolean[]>()

export function strictParams(binding: OperatorBinding): readonly boolean[] {
  const found = known.get(binding)
  if (found) return found
  // While the operator is being looked at, a recursive call counts as using all it is given.
  known.set(
    binding,
    binding.params.map(() => true),
  )
  const used = surely(binding.body, binding.scope)
  const strict = binding.params.map((param) => param.arity > 0 || used.has(param.name))
  known.set(binding, strict)
  return strict
}

function union(parts: Iterable<Names>): Names {
  const all = new Set<string>()
  for (const part of parts) for (const name of part) all.add(name)
  return all
}

function common(left: Names, right: Names): Names {
  return new Set([...left].filter((name) => right.has(name)))
}

function without(names: Names, bound: Iterable<string>): Names {
  const kept = new Set(names)
  for (const name of bound) kept.delete(name)
  return kept
}

function sets(bounds: readonly Bound[], scope: Scope): Names {
  const first = bounds[0]
  return first ? surely(first.set, scope) : none
}

function surely(expr: Expr, scope: Scope): Names {
  switch (expr.kind) {
    case 'apply':
      return called(expr, scope)
    case 'path':
    case 'part':
    case 'lambda':
    case 'unbounded':
    case 'fairness':
    case 'box':
    case 'angle':
      return none
    case 'and':
    case 'or':
      return expr.items[0] ? surely(expr.items[0], scope) : none
    case 'if':
      return union([surely(expr.test, scope), common(surely(expr.yes, scope), surely(expr.no, scope))])
    case 'case':
      return expr.arms[0] ? surely(expr.arms[0].test, scope) : none
    case 'forall':
    case 'exists':
    case 'map':
      return sets(expr.bounds, scope)
    case 'function':
      return expr.self === undefined
        ? sets(expr.bounds, scope)
        : without(sets(expr.bounds, scope), [expr.self])
    case 'filter':
      return surely(expr.bound.set, scope)
    case 'choose':
      return expr.set ? surely(expr.set, scope) : none
    case 'except':
      return surely(expr.base, scope)
    case 'let': {
      const names = expr.definitions.flatMap((unit) =>
        'name' in unit && unit.name !== undefined ? [unit.name] : [],
      )
      return without(surely(expr.body, scope), names)
    }
    default:
      return union(children(expr).map((child) => surely(child, scope)))
  }
}

const builtInWords = new Set(['SUBSET', 'UNION', 'DOMAIN'])
const firstOnly = new Set(['=>', '~>', 'ENABLED', 'UNCHANGED', "'", '[]', '<>', '\\cdot'])

function called(expr: Expr & { kind: 'apply' }, scope: Scope): Names {
  if (expr.args.length === 0) return new Set([expr.name])
  const args = expr.args.map((arg) => surely(arg, scope))
  if (firstOnly.has(expr.name)) return expr.name === '=>' ? (args[0] ?? none) : none
  const found = scope.find(expr.name)
  if (found?.kind === 'operator') {
    const strict = strictParams(found)
    return union(args.filter((_, index) => strict[index] === true))
  }
  if (found ? found.kind !== 'native' : /^\w+$/.test(expr.name) && !builtInWords.has(expr.name)) return none
  return union(args)
}
