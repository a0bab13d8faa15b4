import type { Node } from 'web-tree-sitter'
import { TlaFailure } from './failure.ts'
import { field, fields, lowerExpr, named, placeOf, symbolOf } from './lower-expr.ts'
import type { Expr, Module, Param, Substitution, Unit } from './syntax.ts'

export function lowerModule(node: Node, file: string): Module {
  const name = field(node, 'name', file).text
  const children = named(node)
  const extended = children.find((child) => child.type === 'extends')
  return {
    name,
    extends: extended ? named(extended).map((child) => child.text) : [],
    units: children.flatMap((child) => lowerUnit(child, name)),
    place: placeOf(node, name),
  }
}

/** One unit of a module; proofs, theorems without a name and USE or HIDE lines have no meaning to a checker. */
export function lowerUnit(node: Node, module: string): Unit[] {
  const place = placeOf(node, module)
  switch (node.type) {
    case 'variable_declaration':
      return [{ kind: 'variables', names: named(node).map((child) => child.text), place }]
    case 'constant_declaration':
      return [{ kind: 'constants', params: named(node).map((child) => param(child, module)), place }]
    case 'recursive_declaration':
      return [{ kind: 'recursive', params: named(node).map((child) => param(child, module)), place }]
    case 'local_definition':
      return named(node).flatMap((child) => lowerUnit(child, module).map((unit) => localised(unit)))
    case 'operator_definition':
      return [operator(node, module)]
    case 'function_definition':
      return [functionDefinition(node, module)]
    case 'instance':
      return [instance(node, module, undefined, [])]
    case 'module_definition': {
      const name = field(node, 'name', module).text
      const params = fields(node, 'parameter').map((child) => param(child, module))
      return [instance(field(node, 'definition', module), module, name, params)]
    }
    case 'assumption': {
      const children = named(node)
      const name = node.childForFieldName('name')?.text
      return [{ kind: 'assume', name, body: lowerExpr(children.at(-1) as Node, module), place }]
    }
    case 'theorem':
      return theorem(node, module)
    case 'module':
      return [{ kind: 'module', module: lowerModule(node, module), place }]
    default:
      return []
  }
}

function localised(unit: Unit): Unit {
  return unit.kind === 'definition' || unit.kind === 'instance' ? { ...unit, isLocal: true } : unit
}

/** A named theorem is also a name for its statement; some models check one as a property. */
function theorem(node: Node, module: string): Unit[] {
  const name = node.childForFieldName('name')
  const statement = field(node, 'statement', module)
  if (!name || statement.type === 'assume_prove') return []
  try {
    return [
      { kind: 'theorem', name: name.text, body: lowerExpr(statement, module), place: placeOf(node, module) },
    ]
  } catch (error) {
    if (error instanceof TlaFailure) return []
    throw error
  }
}

function param(node: Node, module: string): Param {
  if (node.type === 'identifier') return { name: node.text, arity: 0 }
  const name = field(node, 'name', module)
  const places = named(node).filter((child) => child.type === 'placeholder').length
  return { name: name.type === 'identifier' ? name.text : symbolOf(name, module), arity: places }
}

function operator(node: Node, module: string): Unit {
  const name = field(node, 'name', module)
  const isSymbol = name.type.endsWith('_op_symbol')
  return {
    kind: 'definition',
    name: isSymbol ? symbolOf(name, module) : name.text,
    params: fields(node, 'parameter').map((child) => param(child, module)),
    body: lowerExpr(field(node, 'definition', module), module),
    isLocal: false,
    place: placeOf(node, module),
  }
}

function functionDefinition(node: Node, module: string): Unit {
  const name = field(node, 'name', module).text
  const place = placeOf(node, module)
  const bounds = named(node).filter((child) => child.type === 'quantifier_bound')
  const body: Expr = {
    kind: 'function',
    bounds: bounds.map((child) => {
      const intros = fields(child, 'intro')
      const isTuple = intros[0]?.type === 'tuple_of_identifiers'
      const names = isTuple ? named(intros[0] as Node).filter((each) => each.type === 'identifier') : intros
      return {
        names: names.map((each) => each.text),
        isTuple,
        set: lowerExpr(field(child, 'set', module), module),
      }
    }),
    body: lowerExpr(field(node, 'definition', module), module),
    self: name,
    place,
  }
  return { kind: 'definition', name, params: [], body, isLocal: false, place }
}

function instance(node: Node, module: string, name: string | undefined, params: readonly Param[]): Unit {
  const children = named(node)
  const target = children[0] as Node
  const substitutions = children
    .filter((child) => child.type === 'substitution')
    .map((child): Substitution => {
      const [from, , to] = named(child)
      const left = from as Node
      return {
        name: left.type.endsWith('_op_symbol') ? symbolOf(left, module) : left.text,
        value: lowerExpr(to as Node, module),
      }
    })
  return {
    kind: 'instance',
    name,
    params,
    module: target.text,
    substitutions,
    isLocal: false,
    place: placeOf(node, module),
  }
}
