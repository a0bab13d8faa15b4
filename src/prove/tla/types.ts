// What can be told of an expression's kind of value without running it; it saves checks at run time.
import type { OperatorBinding, Scope } from './scope.ts'
import type { Expr } from './syntax.ts'

export type Type = 'boolean' | 'number' | 'set' | 'any'

const booleans = new Set([
  '=',
  '#',
  '\\in',
  '\\notin',
  '\\subseteq',
  '~',
  '=>',
  '<=>',
  'ENABLED',
  'UNCHANGED',
])
const sets = new Set(['\\cup', '\\cap', '\\', 'SUBSET', 'UNION', 'DOMAIN', 'STRING', 'BOOLEAN'])
const known = new WeakMap<OperatorBinding, Type>()

export function typeOf(expr: Expr, scope: Scope): Type {
  switch (expr.kind) {
    case 'boolean':
    case 'and':
    case 'or':
    case 'forall':
    case 'exists':
    case 'box':
    case 'angle':
      return 'boolean'
    case 'number':
      return 'number'
    case 'set':
    case 'filter':
    case 'map':
    case 'functions':
    case 'records':
    case 'times':
      return 'set'
    case 'if': {
      const then = typeOf(expr.yes, scope)
      return then === typeOf(expr.no, scope) ? then : 'any'
    }
    case 'apply':
      if (booleans.has(expr.name)) return 'boolean'
      if (sets.has(expr.name)) return 'set'
      return operatorType(expr.name, scope)
    default:
      return 'any'
  }
}

function operatorType(name: string, scope: Scope): Type {
  const found = scope.find(name)
  if (found?.kind === 'native') return found.native.type
  if (found?.kind !== 'operator') return 'any'
  const kept = known.get(found)
  if (kept) return kept
  known.set(found, 'any')
  // A parameter of the operator may carry the name of something outside; only what cannot be mistaken counts.
  const type = found.params.length === 0 ? typeOf(found.body, found.scope) : shallowType(found.body)
  known.set(found, type)
  return type
}

function shallowType(body: Expr): Type {
  return body.kind === 'apply' && !booleans.has(body.name) && !sets.has(body.name)
    ? 'any'
    : typeOfClosed(body)
}

function typeOfClosed(body: Expr): Type {
  switch (body.kind) {
    case 'boolean':
    case 'and':
    case 'or':
    case 'forall':
    case 'exists':
      return 'boolean'
    case 'set':
    case 'filter':
    case 'map':
    case 'functions':
    case 'records':
    case 'times':
      return 'set'
    case 'apply':
      return booleans.has(body.name) ? 'boolean' : sets.has(body.name) ? 'set' : 'any'
    default:
      return 'any'
  }
}
