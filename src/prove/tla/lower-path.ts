// Names that lead through instances and into definitions: `M(3)!Op(x)`, `Op!2!<<`.
import type { Node } from 'web-tree-sitter'
import { type Place, TlaFailure } from './failure.ts'
import { all, field, fields, named, placeOf, symbolOf } from './lower-expr.ts'
import type { Expr, PathStep } from './syntax.ts'

export function path(node: Node, module: string, place: Place): Expr {
  const steps = named(field(node, 'prefix', module)).map((step) => pathStep(step, module))
  const last = pathStep(field(node, 'op', module), module)
  return { kind: 'path', steps, name: last.name, args: last.args, place }
}

/** `Op!2`, `M!Thm!:`: names first, then positions. */
export function part(node: Node, module: string, place: Place): Expr {
  const [prefix, last] = named(node) as [Node, Node]
  const names: PathStep[] = []
  const steps: string[] = []
  for (const step of named(prefix)) {
    if (step.type === 'subexpr_tree_nav') steps.push(step.text)
    else names.push(pathStep(step, module))
  }
  steps.push(last.text)
  const { name, args } = names.pop() as PathStep
  const base: Expr =
    names.length > 0
      ? { kind: 'path', steps: names, name, args, place }
      : { kind: 'apply', name, args, place }
  return { kind: 'part', base, steps, place }
}

function pathStep(node: Node, module: string): PathStep {
  const inner = node.type === 'subexpr_component' ? (named(node)[0] as Node) : node
  switch (inner.type) {
    case 'identifier_ref':
    case 'nat_number_set':
    case 'int_number_set':
    case 'real_number_set':
      return { name: inner.text, args: [] }
    case 'bound_op':
      return { name: field(inner, 'name', module).text, args: all(fields(inner, 'parameter'), module) }
    case 'bound_nonfix_op': {
      const [symbol, ...args] = named(inner)
      return { name: symbolOf(symbol as Node, module), args: all(args, module) }
    }
    default:
      throw new TlaFailure(`Subexpression names are not supported: \`${node.text}\`.`, placeOf(node, module))
  }
}
